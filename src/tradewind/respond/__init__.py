"""What a change sets going: notifications."""

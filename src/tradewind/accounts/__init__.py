"""Who is here: people, departments, teams, sign-in, API keys, and the actor made of them."""

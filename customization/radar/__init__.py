"""What is on the platform and not here, and what is here and not on the platform: looked for, told, never deleted."""

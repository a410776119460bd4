"""What the editor of a plan is told: the land in numbers, and what each edit does to it, within a fifth of a second."""

"""Reading git repositories without obeying them: running git, and the references that it starts from."""

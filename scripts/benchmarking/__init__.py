"""What `scripts/bench` is made of: pages, the tools that build them, one way of measuring, and what is told of it."""

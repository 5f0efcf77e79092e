"""The theme's own files in a production build: made small, named after what is in them, and rewritten to match."""

from callsite.assets.planning import Assets, Dead, Outcome, name_assets, plan_outcome

__all__ = ["Assets", "Dead", "Outcome", "name_assets", "plan_outcome"]

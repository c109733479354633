"""Which rows a score was computed on, relative to those that the model was fitted on."""

from mlops_lint.facts.project.flow.fact import Flow, Scored, flow

__all__ = ["Flow", "Scored", "flow"]

"""Probes: what is measured on the weights along the way."""

from grokterm.engine.probes.norms import norm_columns, norms, vector_norm, whole_norm
from grokterm.engine.probes.sparsity import sparsity, sparsity_columns

__all__ = ["norm_columns", "norms", "sparsity", "sparsity_columns", "vector_norm", "whole_norm"]

"""The life of a version of the rules, from draft to published: who, when, on what grounds."""

"""The checks that come with mlops-lint: a pack like any other, using only what `mlops_lint` exports."""

"""The Bedrock control plane: one file per noun, one table of operations."""

"""What all AWS services share (signatures, error dialects) and the ones moto plays for us (S3, STS, IAM)."""

"""A program that plays Amazon Bedrock, S3, STS, IAM and OpenAI over HTTP, for development and tests.

It imports nothing of modelhub. See ``sandbox/README.md``.
"""

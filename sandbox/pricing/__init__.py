"""The AWS Price List service, as far as Amazon Bedrock's prices."""

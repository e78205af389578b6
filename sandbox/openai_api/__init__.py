"""The part of OpenAI's REST API that modelhub reads."""

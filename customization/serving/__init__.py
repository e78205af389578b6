"""Making a custom model callable and undoing it: from the wish to the platform's word that it is gone."""

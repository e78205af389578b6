"""The permissions of customization, named once."""

CREATE = "customization.create_custom_model"
VIEW_JOBS = "customization.view_customizationjob"
VIEW_FOUND = "customization.view_found"
ADOPT = "customization.adopt_found"

"""What a private link needs of the row that it opens."""

import uuid

from django.db import models


class PrivateLink(models.Model):
    """A row with a private link: its public id stands in the token, raising the version kills every older link."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    link_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

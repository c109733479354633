"""What a row of photos may look like. Checked before training and before every diagnosis."""

CLASSES = ["healthy", "early_blight", "late_blight", "mildew"]
CROPS = ["tomato", "potato", "pepper"]
SMALLEST = 32


class BadPhotos(ValueError):
    """Rows or photos that the model must not see; the text says which."""


class Photos:
    """Columns, and the values that they may hold."""

    columns = ["photo", "plant", "crop", "label"]
    categories = {"crop": CROPS, "label": CLASSES}

    @classmethod
    def validate(cls, rows):
        """The same rows, or BadPhotos."""
        if missing := [column for column in cls.columns if column not in rows.columns]:
            raise BadPhotos(f"columns are missing: {', '.join(missing)}")
        for column, known in cls.categories.items():
            if bad := int((~rows[column].isin(known)).sum()):
                raise BadPhotos(f"{column}: {bad} rows with a value that is not known")
        if bad := int(rows["photo"].duplicated().sum()):
            raise BadPhotos(f"photo: {bad} rows name a photo twice")
        return rows


def check_photo(image, name):
    """The same photo, or BadPhotos."""
    if image.mode != "RGB":
        raise BadPhotos(f"{name}: {image.mode} and not RGB")
    if min(image.size) < SMALLEST:
        raise BadPhotos(f"{name}: smaller than {SMALLEST} pixels")
    return image

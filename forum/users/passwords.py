"""What a password must be: Django's own rules, in the site's words."""

from django.contrib.auth import password_validation


class LongEnough(password_validation.MinimumLengthValidator):
    """Refuses a password of too few characters."""

    def get_error_message(self) -> str:
        """What is wrong, and what to do."""
        return f"This password is too short. Choose one of at least {self.min_length} characters."


class Uncommon(password_validation.CommonPasswordValidator):
    """Refuses the passwords that are tried first."""

    def get_error_message(self) -> str:
        """What is wrong, and what to do."""
        return "Many people have this password, so it is tried first. Choose another."


class UnlikeTheMember(password_validation.UserAttributeSimilarityValidator):
    """Refuses a password that whoever knows the member can guess."""

    def get_error_message(self) -> str:
        """What is wrong, and what to do; the field is named by ``verbose_name`` in the message."""
        return "This password is too much like your %(verbose_name)s. Choose another."

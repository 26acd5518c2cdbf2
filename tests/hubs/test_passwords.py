"""What is no password here."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from hubs.models import StaffUser


@pytest.mark.parametrize("password", ["Shanghai Showcase!", "maths-hub-lead-2027", "TeacherTeacher", "MathsHubAdmin1"])
def test_words_of_this_site_alone_are_no_password(password):
    with pytest.raises(ValidationError, match="anybody would try here"):
        validate_password(password, StaffUser(email="jo@hub.example", full_name="Jo"))


@pytest.mark.parametrize("password", ["Shanghai owls eat 11 plums", "十二只猫头鹰在学校吃李子", "xxxxxx-maths-hub"])
def test_they_may_be_part_of_one(password):
    validate_password(password, StaffUser(email="jo@hub.example", full_name="Jo"))

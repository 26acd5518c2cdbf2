"""Number sentences: how staff may type them, and what each picture can show."""

from fractions import Fraction

import pytest
from django.core.exceptions import ValidationError

from hubs.vocabulary.number_sentences import EXAMPLES, Picture, read


@pytest.mark.parametrize(
    "picture, typed, said, values",
    [
        ("bar", "52-37=?", "52 − 37 = ?", [52, 37, 15]),
        ("bar", " 37 + ? = 52 ", "37 + ? = 52", [37, 15, 52]),
        ("bar", "? − 5 = 8", "? − 5 = 8", [13, 5, 8]),
        ("bar", "13 – ? = 8", "13 − ? = 8", [13, 5, 8]),
        ("bar", "52 - 37", "52 − 37 = ?", [52, 37, 15]),
        ("bar", "3 x 12 = 36", "3 × 12 = 36", [3, 12, 36]),
        ("bar", "3 × ? = 36", "3 × ? = 36", [3, 12, 36]),
        ("bar", "1200 ÷ 4 = ?", "1,200 ÷ 4 = ?", [1200, 4, 300]),
        ("bar", "2.5 + ? = 4", "2.5 + ? = 4", [Fraction(5, 2), Fraction(3, 2), 4]),
        ("frames", "8+5", "8 + 5 = ?", [8, 5, 13]),
        ("frames", "17", "17", [17]),
        ("chart", "3052", "3,052", [3052]),
        ("chart", "3.05", "3.05", [Fraction(61, 20)]),
        ("fraction", "7/8-3/8=4/8", "7/8 − 3/8 = 4/8", [Fraction(7, 8), Fraction(3, 8), Fraction(1, 2)]),
        ("fraction", "3/4", "3/4", [Fraction(3, 4)]),
    ],
)
def test_sentence_is_read_and_written_as_a_teacher_writes_it(picture, typed, said, values):
    sentence = read(typed, Picture(picture))
    assert (str(sentence), [term.value for term in sentence.terms]) == (said, values)


@pytest.mark.parametrize("picture", Picture)
def test_example_of_each_picture_can_be_shown_and_is_as_it_is_written(picture):
    assert str(read(EXAMPLES[picture], picture)) == EXAMPLES[picture]


@pytest.mark.parametrize(
    "picture, typed, why",
    [
        ("bar", "52 − 37 = 14", "52 − 37 is not 14."),
        ("bar", "? − 37 = ?", "Only one number can be unknown."),
        ("bar", "37 − 52 = ?", "No number can be less than 0 or more than 9,999,999."),
        ("bar", "9999999 + 1 = ?", "No number can be less than 0 or more than 9,999,999."),
        ("bar", "subtraction", "This picture cannot show “subtraction”. Write it like this: 52 − 37 = ?"),
        ("bar", "52", "This picture cannot show “52”. Write it like this: 52 − 37 = ?"),
        ("bar", "1 + 2 + 3 = 6", "This picture cannot show “1 + 2 + 3 = 6”. Write it like this: 52 − 37 = ?"),
        ("bar", "5 = 5", "This picture cannot show “5 = 5”. Write it like this: 52 − 37 = ?"),
        ("bar", "5 + 0 = 5", "A bar has no part that is 0 long."),
        ("bar", "5 ÷ 0 = ?", "Nothing can be shared into 0 parts."),
        ("bar", "50 × 2 = ?", "A bar is divided into 2 to 12 equal parts."),
        ("bar", "? × 2 = 10", "A bar is divided into 2 to 12 equal parts."),
        ("bar", "10 ÷ 3 = ?", "This picture cannot show “10 ÷ 3 = ?”. Write it like this: 52 − 37 = ?"),
        ("frames", "38 + 5 = ?", "Ten frames show 1 to 40 counters."),
        ("frames", "0", "Ten frames show 1 to 40 counters."),
        ("frames", "2.5", "This picture cannot show “2.5”. Write it like this: 8 + 5 = 13"),
        ("frames", "3 × 4", "This picture cannot show “3 × 4”. Write it like this: 8 + 5 = 13"),
        ("chart", "?", "This picture cannot show “?”. Write it like this: 3,052"),
        ("chart", "30,52", "This picture cannot show “30,52”. Write it like this: 3,052"),
        ("chart", "123456.78", "A place-value chart has at most 7 columns."),
        ("fraction", "1/2 + 1/4 = 3/4", "The fractions need one denominator, as in 7/8 − 3/8 = 4/8."),
        ("fraction", "7/8 + 3/8 = ?", "A fraction bar shows no more than one whole."),
        ("fraction", "1/0", "This picture cannot show “1/0”. Write it like this: 7/8 − 3/8 = 4/8"),
        ("fraction", "1/30", "A fraction bar has 2 to 20 parts."),
        ("fraction", "7/8 − 3/8 = 1/2", "The fractions need one denominator, as in 7/8 − 3/8 = 4/8."),
        ("fraction", "0.5", "This picture cannot show “0.5”. Write it like this: 7/8 − 3/8 = 4/8"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_sentence(picture, typed, why):
    with pytest.raises(ValidationError) as error:
        read(typed, Picture(picture))
    assert error.value.messages == [why]


@pytest.mark.parametrize("picture", Picture)
@pytest.mark.parametrize(
    "typed", ["", "=", "?", "? = ?", "+", "1 +", "/", "1/", "−1", "١", "1e5", "9" * 60, "\x00", "1 + 1 = 2 = 2"]
)
def test_anything_else_is_refused_and_breaks_nothing(picture, typed):
    with pytest.raises(ValidationError):
        read(typed, picture)

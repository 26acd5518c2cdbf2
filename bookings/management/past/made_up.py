"""What every page of the demo's past exchange says of itself."""

MADE_UP = "Made up for the demo: nobody of this exchange exists, and no school sent anybody."

"""What all pages share: the front, what a handler may ask for, forms that come in, answers that go out."""

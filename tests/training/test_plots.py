from training.plots import HEIGHT, WIDTH, Night, plot

NIGHTS = [Night("11-22", 0.015, -0.016, 0.046, "plain", ""), Night("11-23", 0.05, 0.041, 0.06, "good", "")]


def test_every_interval_lies_within_the_drawing():
    drawn = plot(NIGHTS)
    for mark in drawn.marks:
        assert 0 < mark.top <= mark.y <= mark.bottom < HEIGHT
        assert drawn.left < mark.x < WIDTH
    assert drawn.marks[0].x < drawn.marks[1].x
    assert drawn.marks[0].y > drawn.marks[1].y


def test_zero_is_drawn_whatever_came_out():
    for nights in (NIGHTS, [NIGHTS[0]], [NIGHTS[1]]):
        ticks = plot(nights).ticks
        assert sum(tick.zero for tick in ticks) == 1
        assert 2 <= len(ticks) <= 8

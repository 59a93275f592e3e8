"""Rendered faces: repeatable, exact about themselves, and telling people apart."""

from dataclasses import dataclass

import numpy as np
import pytest

from obverse.faces import given_names, heads, landmarks, people, render, shots, skins, traits

SEED = 11


def _front(person: people.Person, **changes: object) -> shots.Shot:
    """Return a shot from the front in even light, mouth closed, no glasses, with ``changes``."""
    plain = shots.draw_shot(SEED, "test", person, 0)._replace(
        yaw=0.0, pitch=0.0, roll=0.0, jaw=0.0, smile=0.0, eye_open=1.0, gaze=(0.0, 0.0), glasses=shots.NO_GLASSES,
        light=(0.0, 0.5, 0.75**0.5), ambient=0.45, exposure=1.0, warmth=0.0,
    )  # fmt: skip
    return plain._replace(**changes)


def _picture(head: render.Head, shot: shots.Shot, size: int = 96) -> render.Picture:
    plane = render.outline(head.person, shot)
    return render.render(head, shot, plane, (size, size), render.centred(size / 2, size / 2, 0.42 * size))


@dataclass
class _Sitter:
    head: render.Head

    def take(self, **changes: object) -> render.Picture:
        return _picture(self.head, _front(self.head.person, **changes))


@pytest.fixture(scope="module")
def man() -> _Sitter:
    drawn = people.person(SEED, 0)
    dark = drawn.brows._replace(strength=1.0, colour=(0.05, 0.04, 0.03))  # fair brows would hide behind fair skin
    bare = drawn._replace(beard=traits.Beard(0.0, 0.0, 0.0, 0.0), brows=dark)
    return _Sitter(render.sculpt(bare))


def _around(picture: render.Picture, points: slice, margin: int = 1) -> np.ndarray:
    """Return the mean grey of each pixel in the box around some landmarks."""
    left, top = np.floor(picture.landmarks[points].min(axis=0)).astype(int) - margin
    right, bottom = np.ceil(picture.landmarks[points].max(axis=0)).astype(int) + margin
    return picture.pixels[top:bottom, left:right].mean(axis=-1)


def test_the_same_person_and_picture_give_the_same_bytes_and_another_seed_another_person() -> None:
    def once(seed: int) -> bytes:
        head = render.sculpt(people.person(seed, 3))
        return _picture(head, shots.draw_shot(seed, "test", head.person, 5)).pixels.tobytes()

    assert once(SEED) == once(SEED)
    assert once(SEED) != once(SEED + 1)


def test_one_persons_pictures_do_not_depend_on_which_others_are_drawn() -> None:
    person = people.person(SEED, 4)
    people.person(SEED, 3)
    assert shots.draw_shot(SEED, "test", person, 7) == shots.draw_shot(SEED, "test", people.person(SEED, 4), 7)


def test_a_frontal_face_has_symmetric_landmarks(man: _Sitter) -> None:
    found = man.take().landmarks
    mirrored = found[landmarks.MIRROR] * (-1, 1) + (96, 0)
    np.testing.assert_allclose(found, mirrored, atol=1e-4)


def test_a_mirrored_pose_mirrors_the_landmarks(man: _Sitter) -> None:
    one = man.take(yaw=25.0, pitch=8.0, roll=6.0, smile=0.7, jaw=0.5).landmarks
    other = man.take(yaw=-25.0, pitch=8.0, roll=-6.0, smile=0.7, jaw=0.5).landmarks
    np.testing.assert_allclose(other, one[landmarks.MIRROR] * (-1, 1) + (96, 0), atol=1e-4)


def test_angles_mean_what_they_say(man: _Sitter) -> None:
    nose = man.take().landmarks[30]
    assert man.take(yaw=20.0).landmarks[30, 0] > nose[0] + 3  # to the image's right
    assert man.take(pitch=20.0).landmarks[30, 1] < nose[1] - 3  # up, where y is small
    eyes = man.take(roll=20.0).landmarks[[36, 45]]
    assert np.degrees(np.arctan2(eyes[0, 1] - eyes[1, 1], eyes[1, 0] - eyes[0, 0])) == pytest.approx(20, abs=0.01)


def test_rotations_are_rotations(man: _Sitter) -> None:
    turn = render.rotation(_front(man.head.person, yaw=33.0, pitch=-12.0, roll=5.0))
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(turn) == pytest.approx(1.0)


def test_the_projection_is_a_pinhole_camera_at_eight_head_units(man: _Sitter) -> None:
    shot = _front(man.head.person, yaw=30.0)
    x, y, z = landmarks.points(man.head.person, 0.0, 0.0, 1.0)[30] @ render.rotation(shot).T
    assert render.outline(man.head.person, shot)[30] == pytest.approx((8 * x / (8 - z), -8 * y / (8 - z)))


@pytest.mark.parametrize("yaw", [-40.0, 0.0, 25.0])
def test_eyes_land_on_the_pixels_they_are_placed_at(man: _Sitter, yaw: float) -> None:
    shot = _front(man.head.person, yaw=yaw, pitch=5.0, roll=12.0)
    plane = render.outline(man.head.person, shot)
    placement = render.eyes_at(plane, (69.0, 111.0), (108.0, 111.0))
    found = render.render(man.head, shot, plane, (218, 178), placement).landmarks
    np.testing.assert_allclose(found[landmarks.LEFT_EYE].mean(axis=0), (69, 111), atol=1e-3)
    np.testing.assert_allclose(found[landmarks.RIGHT_EYE].mean(axis=0), (108, 111), atol=1e-3)


def test_landmarks_lie_on_what_is_drawn(man: _Sitter) -> None:
    picture = man.take(gaze=(0.0, 0.0))
    grey = picture.pixels.mean(axis=-1)
    cheek = grey[tuple(picture.landmarks[[2, 30]].mean(axis=0)[::-1].astype(int))]
    for brow in (19, 24):
        x, y = picture.landmarks[brow].astype(int)
        assert grey[y - 1 : y + 2, x].min() < 0.85 * cheek
    for eye in (landmarks.LEFT_EYE, landmarks.RIGHT_EYE):
        assert _around(picture, eye).min() < 0.5 * cheek  # pupil and lashes


def test_dark_glasses_darken_the_eyes(man: _Sitter) -> None:
    eyes = slice(36, 48)
    bare, dark = _around(man.take(), eyes), _around(man.take(glasses=shots.SUNGLASSES), eyes)
    assert dark.mean() < 0.7 * bare.mean()
    assert man.take(glasses=shots.SUNGLASSES).attributes["sunglasses"]


def test_glasses_show_a_frame_and_leave_the_pupils_seen(man: _Sitter) -> None:
    bare, worn = man.take().pixels.astype(int), man.take(glasses=shots.EYEGLASSES).pixels.astype(int)
    changed = np.abs(bare - worn).max(axis=-1) > 25
    assert 0.005 < changed.mean() < 0.12
    assert np.abs(worn - bare)[_eye_pixel(man)].max() < 25


def _eye_pixel(sitter: _Sitter) -> tuple[int, int]:
    x, y = sitter.take().landmarks[landmarks.LEFT_EYE].mean(axis=0).astype(int)
    return y, x


def test_closed_eyes_hide_the_pupils_and_say_so(man: _Sitter) -> None:
    shut = man.take(eye_open=0.0)
    assert _around(shut, landmarks.LEFT_EYE, 0).shape[0] < _around(man.take(), landmarks.LEFT_EYE, 0).shape[0]
    assert not shut.attributes["eyes_open"] and man.take().attributes["eyes_open"]
    assert np.abs(shut.pixels[_eye_pixel(man)].astype(int) - man.take().pixels[_eye_pixel(man)]).max() > 20


def test_an_open_mouth_is_open_in_picture_and_landmarks(man: _Sitter) -> None:
    closed, wide = man.take(), man.take(jaw=1.0)
    assert np.ptp(wide.landmarks[[62, 66], 1]) > np.ptp(closed.landmarks[[62, 66], 1]) + 3
    assert wide.landmarks[8, 1] > closed.landmarks[8, 1] + 3  # the chin follows
    assert wide.attributes["mouth_open"] and not closed.attributes["mouth_open"]


def test_a_smile_lifts_and_parts_the_corners_of_the_mouth(man: _Sitter) -> None:
    plain, smile = man.take().landmarks, man.take(smile=1.0).landmarks
    assert smile[48, 1] < plain[48, 1] - 0.5
    assert smile[54, 0] - smile[48, 0] > plain[54, 0] - plain[48, 0]


def test_a_beard_darkens_the_chin_of_a_pale_man_with_dark_hair() -> None:
    pale = people.person(SEED, 0)
    pale = pale._replace(skin=pale.skin._replace(colour=(0.7, 0.5, 0.4)), hair=pale.hair._replace(colour=(0.02,) * 3))
    bare = _Sitter(render.sculpt(pale._replace(beard=traits.Beard(0.0, 0.0, 0.0, 0.0)))).take()
    full = _Sitter(render.sculpt(pale._replace(beard=traits.Beard(0.9, 0.9, 0.9, 0.0)))).take()
    x, y = full.landmarks[[8, 57]].mean(axis=0).astype(int)
    assert full.pixels[y, x].mean() < 0.6 * bare.pixels[y, x].mean()
    assert full.attributes["beard"] and full.attributes["moustache"] and not bare.attributes["beard"]


def test_what_lies_in_front_hides_what_lies_behind(man: _Sitter) -> None:
    """In profile the far eye is not drawn: the pixels at its landmarks do not change when it closes."""
    opened, shut = (man.take(yaw=60.0, eye_open=wide) for wide in (1.0, 0.0))
    far, near = (slice(42, 48), slice(36, 42))
    changed = np.abs(opened.pixels.astype(int) - shut.pixels).max(axis=-1)

    def around(eye: slice) -> int:
        x, y = opened.landmarks[eye].mean(axis=0).astype(int)
        return int(changed[y - 2 : y + 3, x - 2 : x + 3].max())

    assert around(near) > 20
    assert around(far) < around(near) / 2


def test_a_mesh_is_closed_over_its_grid_and_its_normals_point_outwards(man: _Sitter) -> None:
    mesh = man.head.mesh
    head = mesh.sheets[0]
    count = head.rows * head.columns
    inner = mesh.normals[:count].reshape(head.rows, head.columns, 3)[1:-1]
    outwards = mesh.points[:count].reshape(head.rows, head.columns, 3)[1:-1]
    assert ((inner * outwards).sum(axis=-1) > 0).mean() > 0.97
    np.testing.assert_allclose(np.linalg.norm(inner, axis=-1), 1.0, atol=1e-5)


def test_relief_is_the_sum_of_its_bumps_and_their_mirror_images() -> None:
    bones = traits.Bones((1.0, 1.0, 1.0), np.array([(20.0, 10.0, 5.0, 4.0, 0.1), (0.0, 0.0, 3.0, 3.0, 0.2)]))
    places = np.array([20.0, -20.0, 0.0, 25.0]), np.array([10.0, 10.0, 0.0, 10.0])
    expected = [1.1, 1.1, 1.2, 1 + 0.1 * np.exp(-0.5)]
    np.testing.assert_allclose(heads.relief(bones, *places), expected, atol=1e-2)


def test_textures_are_neither_black_nor_burnt_out() -> None:
    for index in range(6):
        texture = skins.paint(people.person(SEED, index))
        assert texture.shape == (skins.HEIGHT, skins.WIDTH, 4) and texture.dtype == np.uint8
        assert 10 < texture[..., :3].mean() < 240 and (texture[..., :3] == 255).mean() < 0.01


def test_poses_and_attributes_have_the_stated_frequencies() -> None:
    some = [people.person(SEED, index) for index in range(60)]
    drawn = [shots.draw_shot(SEED, "test", person, picture) for person in some for picture in range(25)]
    yaw = np.array([shot.yaw for shot in drawn])
    assert np.abs(yaw).max() <= 60 and 13.5 < yaw.std() < 16.5 and abs(yaw.mean()) < 1.5
    shares = {name: np.mean([shot.attributes[name] for shot in drawn]) for name in drawn[0].attributes}
    assert 0.90 < shares["eyes_open"] < 0.98
    assert 0.20 < shares["mouth_open"] < 0.36
    assert 0.37 < shares["smiling"] < 0.53
    assert 0.08 < shares["eyeglasses"] < 0.40
    assert 0.005 < shares["sunglasses"] < 0.045


def test_people_have_names_of_their_own() -> None:
    names = [given_names.full_name(index) for index in range(6000)]
    assert len(set(names)) == len(names)
    assert all(name.replace(" ", "").isalpha() for name in names)


def test_people_are_told_apart_better_than_their_own_pictures_differ() -> None:
    """The mean picture of a person explains more than a third of the variance of tightly cropped grey pictures."""
    grey = np.stack(
        [
            [
                _picture(head, shots.draw_shot(SEED, "test", head.person, picture), 32).pixels.mean(axis=-1)
                for picture in range(8)
            ]
            for head in (render.sculpt(people.person(SEED, index)) for index in range(12))
        ]
    )
    within = grey.var(axis=1, ddof=1).mean()
    assert within < 0.66 * grey.reshape(-1, 32, 32).var(axis=0, ddof=1).mean()

"""The rows of figure 17 and table 4: what an adversary is told of a face, in the paper's order."""

ROWS = {  # label: which features, and the view of a victim's (reconstruct_faces.py)
    "remove landmark & pose": ("17", "full"),
    "remove landmark": ("20", "full"),
    "round 1": ("80", "round1"),
    "round 1 (standardized)*": ("80", "standard1"),  # ours: what the paper may have meant
    "round 3": ("80", "round3"),
    "round 5": ("80", "round5"),
    "80 features": ("80", "full"),
}
WHOLE = "80 features"  # the row that rounding is compared with
FLOORS = ("mean_image", "nearest")  # for the first nothing is asked, for the second nothing is trained

# Obverse: what can be rebuilt of a person's picture from the scores a classifier gives out?
# The table of contents: includes in the order data flow.
from snakemake.utils import min_version

min_version("9.27")


configfile: f"{workflow.basedir}/config.yaml"  # also under --directory


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/demands.smk"
include: "workflow/rules/notes.smk"
include: "workflow/rules/own.smk"
include: "workflow/rules/packing.smk"
include: "workflow/rules/face_products.smk"


rule all:
    default_target: True
    input:
        "results/claims.csv",
        expand("results/fig{number}.png", number=[1, *range(5, 17)]),
        expand("results/table{number}.png", number=[1, 2, 3]),
        "results/policies.png",
        "results/fetch.png",
        "results/overlap.png",
        "results/duplicates.png",
        "results/poses.png",
        "results/config.yaml",
        FACE_RESULTS if REKOGNITION_ASKED else [],


include: "workflow/rules/sources.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/evaluation.smk"
include: "workflow/rules/models.smk"
include: "workflow/rules/faces.smk"
include: "workflow/rules/overlap.smk"
include: "workflow/rules/poses.smk"
include: "workflow/rules/classifier.smk"
include: "workflow/rules/joint.smk"
include: "workflow/rules/inversion.smk"
include: "workflow/rules/pictures.smk"
include: "workflow/rules/asked.smk"
include: "workflow/rules/rekognition.smk"
include: "workflow/rules/face_inversion.smk"
include: "workflow/rules/scoring.smk"
include: "workflow/rules/classes.smk"
include: "workflow/rules/angles.smk"
include: "workflow/rules/evidence.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/class_figures.smk"
include: "workflow/rules/face_figures.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/claims.smk"
include: "workflow/rules/reports.smk"
include: "workflow/rules/audit.smk"
include: "workflow/rules/ablations.smk"
include: "workflow/rules/archive.smk"


parameters.carry_names(workflow.rules)
os.environ[slots.USERS] = ",".join(rule.name for rule in workflow.rules if "gpu" in rule.resources)


onsuccess:
    for path in sorted(workflow.dag_settings.targets) or rules.all.input:
        print(f"Done: {path}", file=sys.stderr)

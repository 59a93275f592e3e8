# What is shown of section 5.7: figures 2 and 17, and table 4.
#
#   in:  results/reconstructions/rekognition/…, results/scores/rekognition/…
#   out: results/fig2.png, fig17.png, table4.png, each with a .csv


rule draw_faces:
    input:
        reconstructions=on_boards("reconstructions", "npy"),
        scores=on_boards("scores", "parquet"),
        images=of_boards("results/datasets/{}/images.npy"),
        samples=of_boards("results/datasets/{}/samples.parquet"),
    output:
        picture=reported("results/{faces}.png"),
        table="results/{faces}.csv",
    log:
        "results/logs/draw_faces/{faces}.log",
    benchmark:
        "results/benchmarks/draw_faces/{faces}.tsv"
    wildcard_constraints:
        faces="|".join(FACE_FIGURES),
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("pictures"),
    params:
        code=code("draw_faces"),
        title=lambda wildcards: FACE_FIGURES[wildcards.faces]["title"],
        parts=lambda wildcards: FACE_FIGURES[wildcards.faces]["parts"],
        labels=lambda wildcards: FACE_FIGURES[wildcards.faces]["rows"],
        victims=config["rekognition"]["shown"],
        seed=config["data_seed"],
        origin=origin_of_faces(),
    shell:
        r"""
        python -m obverse.draw_faces \
            --title {params.title:q} \
            --parts {params.parts} \
            --labels {params.labels:q} \
            --reconstructions {input.reconstructions:q} \
            --scores {input.scores:q} \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --victims {params.victims} \
            --seed {params.seed} \
            --origin={params.origin:q} \
            --picture {output.picture:q} \
            --table {output.table:q} \
            &>{log:q}
        """


rule tabulate_faces:
    input:
        scores=[path for _, _, path in FACES_SCORED],
        paper=resource("paper_tables.csv"),
    output:
        picture=report("results/table4.png", caption="../report/about.rst", category="3 Tables"),
        table="results/table4.csv",
    log:
        "results/logs/tabulate_faces/table4.log",
    benchmark:
        "results/benchmarks/tabulate_faces/table4.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("tabulate_faces"),
        labels=[label for label, _, _ in FACES_SCORED],
        parts=[part for _, part, _ in FACES_SCORED],
        source=config["rekognition"]["source"],
        resamples=config["resamples"],
        seed=config["data_seed"],
        origin=origin_of_faces(),
    shell:
        r"""
        python -m obverse.tabulate_faces \
            --labels {params.labels:q} \
            --parts {params.parts} \
            --scores {input.scores:q} \
            --paper {input.paper:q} \
            --source {params.source} \
            --resamples {params.resamples} \
            --seed {params.seed} \
            --origin={params.origin:q} \
            --picture {output.picture:q} \
            --table {output.table:q} \
            &>{log:q}
        """

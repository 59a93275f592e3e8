# The user's own pictures: what a target that is asked knows, and what its adversary may hold.
#
#   in:  folders of pictures, as under asked in config (the example's are written here)
#   out: results/datasets/{target}-images/…, {target}-auxiliary/…, results/classifiers/{classifier}/splits.parquet


rule write_pictures:
    input:
        auxiliary="results/auxiliaries/{auxiliary}.parquet",
        images=auxiliary_inputs("images.npy"),
        samples=auxiliary_inputs("samples.parquet"),
    output:
        folder=directory("results/pictures/{auxiliary}"),
    log:
        "results/logs/write_pictures/{auxiliary}.log",
    benchmark:
        "results/benchmarks/write_pictures/{auxiliary}.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("pictures"),
    params:
        code=code("write_pictures"),
        datasets=lambda wildcards: auxiliary_datasets(wildcards.auxiliary),
    shell:
        r"""
        python -m obverse.write_pictures \
            --auxiliary {input.auxiliary:q} \
            --datasets {params.datasets:q} \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --folder {output.folder:q} \
            &>{log:q}
        """


rule prepare_pictures:
    input:
        pictures=lambda wildcards: made_here(pictures_of(wildcards)),
        known=victims_known,
    output:
        images="results/datasets/{dataset}/images.npy",
        questions="results/datasets/{dataset}/questions.npy",
        samples="results/datasets/{dataset}/samples.parquet",
    log:
        "results/logs/prepare_pictures/{dataset}.log",
    benchmark:
        "results/benchmarks/prepare_pictures/{dataset}.tsv"
    wildcard_constraints:
        dataset=f"({ASKED}){asked.DATASET}",
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("pictures"),
    params:
        code=code("prepare_pictures"),
        folder=pictures_of,
        # Of the user's own pictures; those that a rule makes are an input.
        state=lambda wildcards: folder_elsewhere(pictures_of(wildcards)),
        size=config["audit"]["size"],
        resize=config["audit"]["resize"],
        question_size=of_owner("size"),
        question_colour=of_owner("colour"),
        question_resize=of_owner("resize"),
    shell:
        r"""
        python -m obverse.prepare_pictures \
            --folder {params.folder:q} \
            --known {input.known:q} \
            --size {params.size:q} \
            --resize {params.resize:q} \
            --question-size {params.question_size:q} \
            --question-colour {params.question_colour:q} \
            --question-resize {params.question_resize:q} \
            --images {output.images:q} \
            --questions {output.questions:q} \
            --samples {output.samples:q} \
            &>{log:q}
        """


rule label_samples:
    input:
        samples=lambda wildcards: f"results/datasets/{dataset_of(wildcards.classifier)}/samples.parquet",
        reserved=lambda wildcards: reserved_of(wildcards.classifier),
    output:
        splits="results/classifiers/{classifier}/splits.parquet",
    log:
        "results/logs/label_samples/{classifier}.log",
    benchmark:
        "results/benchmarks/label_samples/{classifier}.tsv"
    wildcard_constraints:
        classifier=ASKED,
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("label_samples"),
        classes=of_asked("classes"),
        names=of_asked("names"),
        trained_on=of_asked("trained_on"),
    shell:
        r"""
        python -m obverse.label_samples \
            --samples {input.samples:q} \
            --reserved {input.reserved:q} \
            --classes {params.classes:q} \
            --names {params.names:q} \
            --trained-on {params.trained_on:q} \
            --splits {output.splits:q} \
            &>{log:q}
        """

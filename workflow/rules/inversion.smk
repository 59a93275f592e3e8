# The adversary: what he trains on, and his inverters.
#
#   in:  results/datasets/…, results/predictions/… (never a classifier's weights)
#   out: results/auxiliaries/{auxiliary}.parquet, results/inverters/…


rule make_auxiliary:
    input:
        samples=lambda wildcards: [f"results/datasets/{name}/samples.parquet" for name in parts(wildcards, "dataset")],
        split_tables=lambda wildcards: [target(name).splits for name in parts(wildcards, "classifier")],
        pose_tables=lambda wildcards: ["results/datasets/celeba/poses.parquet" for _ in parts(wildcards, "pose")],
        reserved_tables=lambda wildcards: [reserved(name) for name in judged_datasets(wildcards.auxiliary)],
    output:
        selection="results/auxiliaries/{auxiliary}.parquet",
    log:
        "results/logs/make_auxiliary/{auxiliary}.log",
    benchmark:
        "results/benchmarks/make_auxiliary/{auxiliary}.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("make_auxiliary"),
        seed=config["data_seed"],
        datasets=lambda wildcards: parts(wildcards, "dataset"),
        splits=lambda wildcards: parts(wildcards, "split", "all"),
        poses=lambda wildcards: parts(wildcards, "pose", "all"),
        identities=lambda wildcards: parts(wildcards, "identities", "all"),
        judged=lambda wildcards: judged_datasets(wildcards.auxiliary),
        validation_fraction=of_auxiliary("validation_fraction"),
        owner=of_auxiliary("owner"),
    shell:
        r"""
        python -m obverse.make_auxiliary \
            --samples {input.samples:q} \
            --split-tables {input.split_tables:q} \
            --pose-tables {input.pose_tables:q} \
            --seed {params.seed:q} \
            --datasets {params.datasets:q} \
            --splits {params.splits:q} \
            --poses {params.poses:q} \
            --identities {params.identities:q} \
            --judged {params.judged:q} \
            --reserved-tables {input.reserved_tables:q} \
            --validation-fraction {params.validation_fraction:q} \
            --owner {params.owner:q} \
            --selection {output.selection:q} \
            &>{log:q}
        """


rule train_inverter:
    input:
        auxiliary="results/auxiliaries/{auxiliary}.parquet",
        images=auxiliary_inputs("images.npy"),
        samples=auxiliary_inputs("samples.parquet"),
        predictions=auxiliary_predictions,
    output:
        weights="results/inverters/{classifier}/{auxiliary}/{inversion}/seed{seed}/weights.safetensors",
        history="results/inverters/{classifier}/{auxiliary}/{inversion}/seed{seed}/history.csv",
    log:
        "results/logs/train_inverter/{classifier}/{auxiliary}/{inversion}/seed{seed}.log",
    benchmark:
        "results/benchmarks/train_inverter/{classifier}/{auxiliary}/{inversion}/seed{seed}.tsv"
    wildcard_constraints:
        inversion=recipes.PATTERN,
    conda:
        "../../envs/obverse.yaml"
    threads: config["compute"]["inverter_threads"]
    resources:
        **asks("training"),
        gpu=GPU,
    params:
        code=code("train_inverter"),
        datasets=lambda wildcards: auxiliary_datasets(wildcards.auxiliary),
        view=of_recipe("view"),
        num_classes=of_target("classes"),
        features=of_recipe("features"),
        offset=of_recipe("offset"),
        learn_offset=of_recipe("learn_offset"),
        width=of_recipe("width"),
        epochs=of_recipe("epochs"),
        minimum_steps=of_recipe("minimum_steps"),
        batch_size=of_recipe("batch_size"),
        learning_rate=of_recipe("learning_rate"),
        precision=config["compute"]["precision"],
        threads=config["compute"]["inverter_threads"],
    shell:
        r"""
        python -m obverse.train_inverter \
            --auxiliary {input.auxiliary:q} \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --predictions {input.predictions:q} \
            --seed {wildcards.seed} \
            --datasets {params.datasets:q} \
            --view {params.view:q} \
            --num-classes {params.num_classes:q} \
            --features {params.features:q} \
            --offset {params.offset:q} \
            --learn-offset {params.learn_offset:q} \
            --width {params.width:q} \
            --epochs {params.epochs:q} \
            --minimum-steps {params.minimum_steps:q} \
            --batch-size {params.batch_size:q} \
            --learning-rate {params.learning_rate:q} \
            --precision {params.precision:q} \
            --threads {params.threads:q} \
            --weights {output.weights:q} \
            --history {output.history:q} \
            &>{log:q}
        """

# The target: who is in it, its training, and all it says.
#
#   in:  results/datasets/{dataset}/…
#   out: results/classifiers/{classifier}/…, results/predictions/{classifier}/seed{seed}/{dataset}.parquet


rule split_samples:
    input:
        samples=lambda wildcards: f"results/datasets/{dataset_of(wildcards.classifier)}/samples.parquet",
        unseen=lambda wildcards: unseen(dataset_of(wildcards.classifier)),
        reserved=lambda wildcards: reserved_of(wildcards.classifier),
    output:
        splits="results/classifiers/{classifier}/splits.parquet",
    log:
        "results/logs/split_samples/{classifier}.log",
    benchmark:
        "results/benchmarks/split_samples/{classifier}.tsv"
    wildcard_constraints:
        classifier=TRAINED,
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("split_samples"),
        seed=config["data_seed"],
        draw=of_target("draw"),
        classes=of_target("classes"),
        identities=of_target("identities"),
        member_fraction=of_target("member_fraction"),
    shell:
        r"""
        python -m obverse.split_samples \
            --samples {input.samples:q} \
            --unseen {input.unseen:q} \
            --reserved {input.reserved:q} \
            --seed {params.seed:q} \
            --draw {params.draw} \
            --classes {params.classes:q} \
            --identities {params.identities:q} \
            --member-fraction {params.member_fraction:q} \
            --splits {output.splits:q} \
            &>{log:q}
        """


rule train_classifier:
    input:
        images=lambda wildcards: f"results/datasets/{dataset_of(wildcards.classifier)}/images.npy",
        samples=lambda wildcards: f"results/datasets/{dataset_of(wildcards.classifier)}/samples.parquet",
        splits=lambda wildcards: target(wildcards.classifier).splits,
    output:
        weights="results/classifiers/{classifier}/seed{seed}/weights.safetensors",
        history="results/classifiers/{classifier}/seed{seed}/history.csv",
    log:
        "results/logs/train_classifier/{classifier}/seed{seed}.log",
    benchmark:
        "results/benchmarks/train_classifier/{classifier}/seed{seed}.tsv"
    wildcard_constraints:
        classifier=ALONE,
    conda:
        "../../envs/obverse.yaml"
    threads: config["compute"]["classifier_threads"]
    resources:
        **asks("training"),
        gpu=GPU,
    params:
        code=code("train_classifier"),
        width=of_target("width"),
        hidden=of_target("hidden"),
        epochs=of_target("epochs"),
        minimum_steps=of_target("minimum_steps"),
        batch_size=of_target("batch_size"),
        learning_rate=of_target("learning_rate"),
        precision=config["compute"]["precision"],
        threads=config["compute"]["classifier_threads"],
    shell:
        r"""
        python -m obverse.train_classifier \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --splits {input.splits:q} \
            --seed {wildcards.seed} \
            --width {params.width:q} \
            --hidden {params.hidden:q} \
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


rule predict:
    input:
        weights="results/classifiers/{classifier}/seed{seed}/weights.safetensors",
        images="results/datasets/{dataset}/images.npy",
        samples="results/datasets/{dataset}/samples.parquet",
        splits=splits_if_own,
    output:
        predictions="results/predictions/{classifier}/seed{seed}/{dataset}.parquet",
    log:
        "results/logs/predict/{classifier}/seed{seed}/{dataset}.log",
    benchmark:
        "results/benchmarks/predict/{classifier}/seed{seed}/{dataset}.tsv"
    wildcard_constraints:
        classifier=TRAINED,
    conda:
        "../../envs/obverse.yaml"
    threads: config["compute"]["inverter_threads"]
    resources:
        **asks("network"),
        gpu=GPU,
    params:
        code=code("predict"),
        threads=config["compute"]["inverter_threads"],
    shell:
        r"""
        python -m obverse.predict \
            --weights {input.weights:q} \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --splits {input.splits:q} \
            --threads {params.threads:q} \
            --predictions {output.predictions:q} \
            &>{log:q}
        """

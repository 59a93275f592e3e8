# Scenario 3: a target and its inverter trained together, by the target's own developer.
#
#   in:  results/datasets/{dataset}/…, the splits of the target that it is trained like
#   out: results/classifiers/{classifier}/seed{seed}/…, as of any target, and its inverter beside them


rule train_joint:
    input:
        images=lambda wildcards: f"results/datasets/{dataset_of(wildcards.classifier)}/images.npy",
        samples=lambda wildcards: f"results/datasets/{dataset_of(wildcards.classifier)}/samples.parquet",
        splits=lambda wildcards: target(wildcards.classifier).splits,
    output:
        classifier="results/classifiers/{classifier}/seed{seed}/weights.safetensors",
        inverter="results/classifiers/{classifier}/seed{seed}/inverter.safetensors",
        history="results/classifiers/{classifier}/seed{seed}/history.csv",
    log:
        "results/logs/train_joint/{classifier}/seed{seed}.log",
    benchmark:
        "results/benchmarks/train_joint/{classifier}/seed{seed}.tsv"
    wildcard_constraints:
        classifier=ALONE + targets.JOINTLY,
    conda:
        "../../envs/obverse.yaml"
    threads: config["compute"]["inverter_threads"]
    resources:
        **asks("training"),
        gpu=GPU,
    params:
        code=code("train_joint"),
        classifier_width=of_target("width"),
        hidden=of_target("hidden"),
        inverter_width=of_inverter("width"),
        offset=config["features"]["offset"],
        learn_offset=config["features"]["learn_offset"],
        weight=of_target("joint"),
        # As long as an inverter learns alone: that is what it is compared with.
        epochs=of_inverter("epochs"),
        minimum_steps=of_inverter("minimum_steps"),
        batch_size=of_inverter("batch_size"),
        learning_rate=of_inverter("learning_rate"),
        precision=config["compute"]["precision"],
        threads=config["compute"]["inverter_threads"],
    shell:
        r"""
        python -m obverse.train_joint \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --splits {input.splits:q} \
            --seed {wildcards.seed} \
            --classifier-width {params.classifier_width:q} \
            --hidden {params.hidden:q} \
            --inverter-width {params.inverter_width:q} \
            --offset {params.offset:q} \
            --learn-offset {params.learn_offset:q} \
            --weight {params.weight:q} \
            --epochs {params.epochs:q} \
            --minimum-steps {params.minimum_steps:q} \
            --batch-size {params.batch_size:q} \
            --learning-rate {params.learning_rate:q} \
            --precision {params.precision:q} \
            --threads {params.threads:q} \
            --classifier-weights {output.classifier:q} \
            --inverter-weights {output.inverter:q} \
            --history {output.history:q} \
            &>{log:q}
        """

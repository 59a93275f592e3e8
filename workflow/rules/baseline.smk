# What the paper compares itself with: a search through the target's own weights.
#
#   in:  results/classifiers/{classifier}/seed{seed}/weights.safetensors
#   out: results/classes/{classifier}/seed{seed}/mi_face.npy, mi_face.csv


rule invert_classes:
    input:
        weights="results/classifiers/{classifier}/seed{seed}/weights.safetensors",
    output:
        images="results/classes/{classifier}/seed{seed}/mi_face.npy",
        searches="results/classes/{classifier}/seed{seed}/mi_face.csv",
    log:
        "results/logs/invert_classes/{classifier}/seed{seed}.log",
    benchmark:
        "results/benchmarks/invert_classes/{classifier}/seed{seed}.tsv"
    conda:
        "../../envs/obverse.yaml"
    threads: config["compute"]["inverter_threads"]
    resources:
        gpu=GPU,
    params:
        code=code("invert_classes"),
        steps=lookup("mi_face/steps", within=config),
        patience=lookup("mi_face/patience", within=config),
        stop_confidence=lookup("mi_face/stop_confidence", within=config),
        learning_rate=lookup("mi_face/learning_rate", within=config),
        cost=lookup("mi_face/cost", within=config),
        denoise=lookup("mi_face/denoise", within=config),
        sharpen=lookup("mi_face/sharpen", within=config),
        threads=lookup("compute/inverter_threads", within=config),
    shell:
        r"""
        python -m obverse.invert_classes \
            --weights {input.weights:q} \
            --steps {params.steps} \
            --patience {params.patience} \
            --stop-confidence {params.stop_confidence} \
            --learning-rate {params.learning_rate} \
            --cost {params.cost:q} \
            --denoise {params.denoise} \
            --sharpen {params.sharpen} \
            --threads {params.threads} \
            --images {output.images:q} \
            --searches {output.searches:q} \
            &>{log:q}
        """

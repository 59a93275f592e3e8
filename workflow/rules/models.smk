# The recipes of the small models under resources/; no other rule reads what they make.
#
#   in:  nothing: the faces are rendered
#   out: results/models/…


# The recipe of resources/embedder.safetensors; no figure needs it to run. Its numbers stand here, not in config.yaml:
# they are of the committed file, not of an experiment.
rule train_embedder:
    output:
        weights="results/models/embedder.safetensors",
        history="results/models/embedder.csv",
    log:
        "results/logs/train_embedder/embedder.log",
    benchmark:
        "results/benchmarks/train_embedder/embedder.tsv"
    conda:
        "../../envs/obverse.yaml"
    threads: 1
    resources:
        **asks("training"),
        gpu=GPU,
    params:
        code=code("train_embedder"),
    shell:
        r"""
        python -m obverse.train_embedder \
            --seed 1 \
            --identities 1500 --strangers 150 --pictures 8 \
            --width 16 --dimension 64 \
            --epochs 15 --batch-size 64 --learning-rate 0.001 \
            --threads 1 \
            --weights {output.weights:q} \
            --history {output.history:q} \
            &>{log:q}
        """


# The recipe of resources/landmarks.safetensors and resources/head.csv; no other rule reads what it makes. Its numbers
# belong to those files, not to an experiment, so they stand here. Person 1,000,000 and on are in no stand-in.
rule train_landmarks:
    output:
        weights="results/models/landmarks.safetensors",
        head="results/models/head.csv",
        history="results/models/landmarks.csv",
    log:
        "results/logs/train_landmarks/small.log",
    benchmark:
        "results/benchmarks/train_landmarks/small.tsv"
    conda:
        "../../envs/obverse.yaml"
    threads: 1
    resources:
        **asks("training"),
        gpu=GPU,
    params:
        code=code("train_landmarks"),
    shell:
        r"""
        python -m obverse.train_landmarks \
            --seed 1 \
            --first-person 1000000 \
            --people 500 \
            --pictures 12 \
            --box 35 70 143 178 \
            --width 16 \
            --epochs 8 \
            --batch-size 32 \
            --learning-rate 0.003 \
            --precision float32 \
            --threads {threads} \
            --weights {output.weights:q} \
            --head {output.head:q} \
            --history {output.history:q} \
            &>{log:q}
        """


# The recipe of resources/attributes.safetensors, with which the stand-in for Rekognition sees; no other rule reads what
# it makes, and its numbers are of that file.
rule train_attributes:
    output:
        weights="results/models/attributes.safetensors",
        history="results/models/attributes.csv",
    log:
        "results/logs/train_attributes/small.log",
    benchmark:
        "results/benchmarks/train_attributes/small.tsv"
    conda:
        "../../envs/obverse.yaml"
    threads: 1
    resources:
        **asks("training"),
        gpu=GPU,
    params:
        code=code("train_attributes"),
    shell:
        r"""
        python -m obverse.train_attributes \
            --seed 1 \
            --first-person 1000000 \
            --people 1500 \
            --pictures 12 \
            --width 20 \
            --epochs 14 \
            --batch-size 64 \
            --learning-rate 0.003 \
            --precision float32 \
            --threads {threads} \
            --weights {output.weights:q} \
            --history {output.history:q} \
            &>{log:q}
        """

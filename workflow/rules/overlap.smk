# Who of CelebA is in FaceScrub too, and what is there twice.
#
#   in:  results/datasets/…, results/sources/…
#   out: results/datasets/celeba/samples.parquet, results/overlap.png and .csv, results/duplicates.png and .csv


rule embed_faces:
    input:
        samples=lambda wildcards: FACES[wildcards.dataset]["samples"],
        archive=lambda wildcards: FACES[wildcards.dataset]["archive"],
        faces=lambda wildcards: FACES[wildcards.dataset]["faces"],
        model=[path for path in [embedder()] if Path(path).is_file()],  # a missing one is for the job to explain
    output:
        "results/datasets/{dataset}/embeddings.parquet",
    log:
        "results/logs/embed_faces/{dataset}.log",
    benchmark:
        "results/benchmarks/embed_faces/{dataset}.tsv"
    wildcard_constraints:
        dataset="|".join(FACES),
    conda:
        "../../envs/obverse.yaml"
    threads: config["compute"]["classifier_threads"]
    resources:
        **asks("network"),
        gpu=GPU,
        workers=config["datasets"]["facescrub"]["decoders"],
    params:
        code=code("embed_faces"),
        box=lambda wildcards: config["datasets"][wildcards.dataset].get("box", []),
        model=lambda wildcards: embedder(),
        digest=EMBEDDER["sha256"],
        colour=EMBEDDER["colour"],
        size=EMBEDDER["size"],
        mean=EMBEDDER["mean"],
        deviation=EMBEDDER["deviation"],
        threads=config["compute"]["classifier_threads"],
    shell:
        r"""
        python -m obverse.embed_faces \
            --samples {input.samples:q} \
            --archive {input.archive:q} \
            --faces {input.faces:q} \
            --box {params.box} \
            --model {params.model:q} \
            --digest {params.digest:q} \
            --colour {params.colour:q} \
            --size {params.size} \
            --mean {params.mean} \
            --deviation {params.deviation} \
            --threads {params.threads} \
            --workers {resources.workers} \
            --output {output:q} \
            &>{log:q}
        """


rule remove_overlap:
    input:
        crops="results/datasets/celeba/crops.parquet",
        names=celeba_names(),
        facescrub=[
            "results/sources/facescrub/facescrub_actors.txt",
            "results/sources/facescrub/facescrub_actresses.txt",
        ],
        faces=by_faces([f"results/datasets/{role}/embeddings.parquet" for role in ("celeba", "facescrub")], []),
    output:
        samples="results/datasets/celeba/samples.parquet",
        pairs="results/datasets/celeba/pairs.csv",
        report="results/datasets/celeba/overlap.json",
    log:
        "results/logs/remove_overlap/celeba.log",
    benchmark:
        "results/benchmarks/remove_overlap/celeba.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("pictures"),
    params:
        code=code("remove_overlap"),
        method=config["datasets"]["celeba"]["overlap"],
        names_fuzzy=bool(celeba_names()) and config["datasets"]["celeba"]["names_fuzzy"],
        threshold=by_faces(EMBEDDER["threshold"], "none"),
        false_match_rate=by_faces(EMBEDDER["false_match_rate"], 0),
    shell:
        r"""
        python -m obverse.remove_overlap \
            --crops {input.crops:q} \
            --names "{input.names}" \
            --facescrub {input.facescrub:q} \
            --faces {input.faces:q} \
            --method {params.method:q} \
            --names-fuzzy {params.names_fuzzy:q} \
            --threshold {params.threshold:q} \
            --false-match-rate {params.false_match_rate} \
            --samples {output.samples:q} \
            --pairs {output.pairs:q} \
            --report {output.report:q} \
            &>{log:q}
        """


rule draw_overlap:
    input:
        pairs="results/datasets/celeba/pairs.csv",
        report="results/datasets/celeba/overlap.json",
        images="results/datasets/celeba/images.npy",
        samples="results/datasets/celeba/samples.parquet",
        known_images="results/datasets/facescrub/images.npy",
        known_samples="results/datasets/facescrub/samples.parquet",
    output:
        picture=reported("results/overlap.png", category="4 Data"),  # names stand under grey tiles too
        table="results/overlap.csv",
    log:
        "results/logs/draw_overlap/overlap.log",
    benchmark:
        "results/benchmarks/draw_overlap/overlap.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("draw_overlap"),
        shown=showable("celeba", "facescrub"),
        origin=" — ".join(stand_ins("celeba", "facescrub")),
    shell:
        r"""
        python -m obverse.draw_overlap \
            --pairs {input.pairs:q} \
            --report {input.report:q} \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --known-images {input.known_images:q} \
            --known-samples {input.known_samples:q} \
            --shown {params.shown:q} \
            --origin={params.origin:q} \
            --picture {output.picture:q} \
            --table {output.table:q} \
            &>{log:q}
        """


rule draw_duplicates:
    input:
        images="results/datasets/facescrub/images.npy",
        samples="results/datasets/facescrub/samples.parquet",
    output:
        picture=report("results/duplicates.png", caption="../report/about.rst", category="4 Data"),
        table="results/duplicates.csv",
    log:
        "results/logs/draw_duplicates/duplicates.log",
    benchmark:
        "results/benchmarks/draw_duplicates/duplicates.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("pictures"),
    params:
        code=code("draw_duplicates"),
        shown=showable("facescrub"),
        origin=" — ".join(stand_ins("facescrub")),
    shell:
        r"""
        python -m obverse.draw_duplicates \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --shown {params.shown:q} \
            --origin={params.origin:q} \
            --picture {output.picture:q} \
            --table {output.table:q} \
            &>{log:q}
        """

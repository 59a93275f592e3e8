# The paper's claims, its numbers beside ours.
#
#   in:  results/scores/…, results/classes/…, results/angles/…, results/predictions/…, results/datasets/…
#   out: results/claims.csv, results/claims.html


rule time_inversion:
    input:
        weights=f"results/inverters/{OVERALL.classifier}/{OVERALL.auxiliary}/{OVERALL.inversion}/seed{FIRST[0]}/weights.safetensors",
    output:
        numbers="results/facts/time.csv",
    log:
        "results/logs/time_inversion/time.log",
    benchmark:
        "results/benchmarks/time_inversion/time.tsv"
    conda:
        "../../envs/obverse.yaml"
    threads: config["compute"]["inverter_threads"]
    resources:
        **asks("network"),
        gpu=GPU,
    params:
        code=code("time_inversion"),
        threads=config["compute"]["inverter_threads"],
    shell:
        r"""
        python -m obverse.time_inversion \
            --weights {input.weights:q} \
            --threads {params.threads} \
            --numbers {output.numbers:q} \
            &>{log:q}
        """


rule count_data:
    input:
        facescrub="results/datasets/facescrub/samples.parquet",
        celeba="results/datasets/celeba/samples.parquet",
        poses="results/datasets/celeba/poses.parquet",
        auxiliary=f"results/auxiliaries/{OVERALL.auxiliary}.parquet",
        counted=f"results/classes/{OVERALL.classifier}/seed{FIRST[0]}/{OVERALL.auxiliary}.count.csv",
    output:
        numbers="results/facts/data.csv",
    log:
        "results/logs/count_data/data.log",
    benchmark:
        "results/benchmarks/count_data/data.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("count_data"),
    shell:
        r"""
        python -m obverse.count_data \
            --facescrub {input.facescrub:q} \
            --celeba {input.celeba:q} \
            --sorted-poses {input.poses:q} \
            --auxiliary {input.auxiliary:q} \
            --counted {input.counted:q} \
            --numbers {output.numbers:q} \
            &>{log:q}
        """


rule check_claims:
    input:
        scores=[
            path
            for source in CLAIMED
            for path in attack_files([source.attack], trainings(source), "scores", "parquet")
        ],
        floors=[path for name, path in beside()],
        predictions=accuracy_files("predictions"),
        splits=accuracy_files("splits"),
        class_tables=[path for seed in config["seeds"] for path in class_files("fig14", OF_CLASSES, "parquet", seed)],
        angles=[
            *attack_files(list(POSED.values()), FIRST, "angles", "parquet"),
            *(
                path.replace("results/classes/", "results/angles/classes/")
                for path in class_files("fig14", ["aligned"], "parquet")
            ),
            f"results/angles/datasets/{dataset_of(ACCURATE[OWN])}/images.parquet",
        ],
        reading="results/datasets/celeba/pose_reader.csv",
        face_scores=[path for _, _, path in FACES_CLAIMED],
        numbers=["results/facts/data.csv", "results/facts/time.csv"],
        paper=resource("paper_tables.csv"),
    output:
        table="results/claims.csv",
        html=report("results/claims.html", caption="../report/about.rst", category="1 Claims"),
    log:
        "results/logs/check_claims/claims.log",
    benchmark:
        "results/benchmarks/check_claims/claims.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("check_claims"),
        names=[source.name for source in CLAIMED for seed in trainings(source)],
        draws=[source.draw for source in CLAIMED for seed in trainings(source)],
        floor_names=[name for name, path in beside()],
        accuracy_names=[name for name in ACCURATE for seed in config["seeds"]],
        num_classes=[target(name).classes for name in ACCURATE.values() for seed in config["seeds"]],
        class_names=[name for seed in config["seeds"] for name in OF_CLASSES],
        angle_names=[*POSED, "fig14 aligned", OWN],
        face_names=[row for row, _, _ in FACES_CLAIMED],
        face_parts=[part for _, part, _ in FACES_CLAIMED],
        # Sorted: in which order files name them must not matter, for a resolved configuration has lost it.
        stand_ins=sorted(
            role
            for role, chosen in {**config["datasets"], "rekognition": config["rekognition"]}.items()
            if chosen["source"] != "official"
        ),
        calibrated=config["poses"]["mode"] == "calibrate",
        resamples=config["resamples"],
        seed=config["data_seed"],
        origin=origin(*sorted(config["figures"])),
    shell:
        r"""
        python -m obverse.check_claims \
            --names {params.names:q} \
            --scores {input.scores:q} \
            --draws {params.draws} \
            --floor-names {params.floor_names:q} \
            --floors {input.floors:q} \
            --accuracy-names {params.accuracy_names:q} \
            --predictions {input.predictions:q} \
            --splits {input.splits:q} \
            --num-classes {params.num_classes} \
            --class-names {params.class_names:q} \
            --class-tables {input.class_tables:q} \
            --angle-names {params.angle_names:q} \
            --angles {input.angles:q} \
            --reading {input.reading:q} \
            --face-names {params.face_names:q} \
            --face-parts {params.face_parts:q} \
            --face-scores {input.face_scores:q} \
            --numbers {input.numbers:q} \
            --paper {input.paper:q} \
            --stand-ins {params.stand_ins:q} \
            --calibrated {params.calibrated} \
            --resamples {params.resamples} \
            --seed {params.seed} \
            --origin={params.origin:q} \
            --table {output.table:q} \
            --html {output.html:q} \
            &>{log:q}
        """

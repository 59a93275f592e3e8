# Amazon Rekognition, section 5.7: what it says of CelebA's and FaceScrub's pictures.
#
#   in:  results/sources/{role}/…, results/datasets/{role}/samples.parquet
#   out: results/rekognition/{role}.parquet; results/asked/rekognition/ is no output: it must last


rule ask_rekognition:
    input:
        landmark_weights=resource("landmarks.safetensors"),
        attribute_weights=resource("attributes.safetensors"),
        head=resource("head.csv"),
        celeba_archive=to_rekognition("results/sources/celeba/img_align_celeba.zip"),
        celeba_samples="results/datasets/celeba/samples.parquet",
        facescrub_pictures=ancient("results/sources/facescrub/pictures"),  # a folder has a date and no bytes
        facescrub_faces="results/sources/facescrub/faces.parquet",
        facescrub_samples="results/datasets/facescrub/samples.parquet",
    output:
        celeba="results/rekognition/celeba.parquet",
        facescrub="results/rekognition/facescrub.parquet",
    log:
        "results/logs/ask_rekognition/rekognition.log",
    benchmark:
        "results/benchmarks/ask_rekognition/rekognition.tsv"
    conda:
        "../../envs/obverse.yaml"
    threads: 2 if config["rekognition"]["source"] == "embedded" else 1
    # How it is asked and what that may cost, not what comes of it: resources, since a changed one reruns nothing.
    resources:
        **asks("waiting"),
        connections=config["rekognition"]["connections"],
        requests_per_second=str(config["rekognition"]["requests_per_second"]),
        timeout_seconds=str(config["rekognition"]["timeout_seconds"]),
        attempts=config["rekognition"]["attempts"],
        max_questions=config["rekognition"]["max_questions"],
        price_usd=str(config["rekognition"]["price_usd"]),
        max_cost_usd=str(config["rekognition"]["max_cost_usd"]),
        confirm_spend=str(config["rekognition"]["confirm_spend"]),
    params:
        code=code("ask_rekognition"),
        source=config["rekognition"]["source"],
        region=config["rekognition"]["region"],
    shell:
        r"""
        python -m obverse.ask_rekognition \
            --source {params.source:q} \
            --region {params.region:q} \
            --connections {resources.connections} \
            --requests-per-second {resources.requests_per_second} \
            --timeout-seconds {resources.timeout_seconds} \
            --attempts {resources.attempts} \
            --landmark-weights {input.landmark_weights:q} \
            --attribute-weights {input.attribute_weights:q} \
            --head {input.head:q} \
            --celeba-archive {input.celeba_archive:q} \
            --celeba-samples {input.celeba_samples:q} \
            --facescrub-pictures {input.facescrub_pictures:q} \
            --facescrub-faces {input.facescrub_faces:q} \
            --facescrub-samples {input.facescrub_samples:q} \
            --max-questions {resources.max_questions} \
            --price-usd {resources.price_usd} \
            --max-cost-usd {resources.max_cost_usd} \
            --confirm-spend {resources.confirm_spend} \
            --account results/asked/rekognition/{params.source:q} \
            --celeba {output.celeba:q} \
            --facescrub {output.facescrub:q} \
            &>{log:q}
        """

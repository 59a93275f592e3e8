# The paper's tables 1 to 3, the paper's numbers beside ours.
#
#   in:  results/scores/…, results/predictions/…, results/classifiers/…, results/auxiliaries/…
#   out: results/{table}.png, results/{table}.csv

AUXILIARIES = [attack for figure in ("fig5", "fig6") for attack in rows(config, figure)]
OWNERS = [attack for figure in ("fig15", "fig16") for attack in [*rows(config, figure), *weighed(config, figure)]]
FIRST_OF_TASK = {dataset_of(attack.classifier): attack for attack in reversed(OWNERS)}


TRIED = [(row, *each) for row, attack in enumerate(AUXILIARIES) for each in tried(attack)]
TRIED_BY_OWNER = [
    (task, method, path)
    for task, attack in FIRST_OF_TASK.items()
    for method, path in tried(attack)
    if method != attack.made_by  # that is a row of its own
]
HELD = list(dict.fromkeys(name for attack in AUXILIARIES for name in auxiliary_datasets(attack.auxiliary)))
COUNTED = list(dict.fromkeys([*(dataset_of(attack.classifier) for attack in AUXILIARIES), *HELD]))


rule tabulate_allocation:
    input:
        splits=[target(attack.classifier).splits for attack in AUXILIARIES],
        auxiliaries=[f"results/auxiliaries/{attack.auxiliary}.parquet" for attack in AUXILIARIES],
        samples=[f"results/datasets/{dataset}/samples.parquet" for dataset in COUNTED],
        paper=resource("paper_tables.csv"),
    output:
        picture=report("results/table1.png", caption="../report/about.rst", category="3 Tables"),
        table="results/table1.csv",
    log:
        "results/logs/tabulate_allocation/table1.log",
    benchmark:
        "results/benchmarks/tabulate_allocation/table1.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("tabulate_allocation"),
        tasks=[dataset_of(attack.classifier) for attack in AUXILIARIES],
        labels=[attack.label for attack in AUXILIARIES],
        classifiers=[attack.classifier for attack in AUXILIARIES],
        names=[attack.auxiliary for attack in AUXILIARIES],
        datasets=COUNTED,
        origin=" — ".join(stand_ins(*dict.fromkeys(name.partition("_")[0] for name in COUNTED))),
    shell:
        r"""
        python -m obverse.tabulate_allocation \
            --tasks {params.tasks:q} \
            --labels {params.labels:q} \
            --classifiers {params.classifiers:q} \
            --splits {input.splits:q} \
            --names {params.names:q} \
            --auxiliaries {input.auxiliaries:q} \
            --datasets {params.datasets:q} \
            --samples {input.samples:q} \
            --paper {input.paper:q} \
            --origin={params.origin:q} \
            --picture {output.picture:q} \
            --table {output.table:q} \
            &>{log:q}
        """


rule tabulate_auxiliaries:
    input:
        auxiliaries=[f"results/auxiliaries/{attack.auxiliary}.parquet" for attack in AUXILIARIES],
        scores=[path for _, _, path in TRIED],
        paper=resource("paper_tables.csv"),
    output:
        picture=report("results/table2.png", caption="../report/about.rst", category="3 Tables"),
        table="results/table2.csv",
    log:
        "results/logs/tabulate_auxiliaries/table2.log",
    benchmark:
        "results/benchmarks/tabulate_auxiliaries/table2.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("tabulate_auxiliaries"),
        tasks=[dataset_of(attack.classifier) for attack in AUXILIARIES],
        labels=[attack.label for attack in AUXILIARIES],
        rows=[row for row, _, _ in TRIED],
        methods=[method for _, method, _ in TRIED],
        resamples=config["resamples"],
        seed=config["data_seed"],
        origin=origin("fig5", "fig6"),
    shell:
        r"""
        python -m obverse.tabulate_auxiliaries \
            --tasks {params.tasks:q} \
            --labels {params.labels:q} \
            --auxiliaries {input.auxiliaries:q} \
            --scores {input.scores:q} \
            --rows {params.rows} \
            --methods {params.methods:q} \
            --paper {input.paper:q} \
            --resamples {params.resamples} \
            --seed {params.seed} \
            --origin={params.origin:q} \
            --picture {output.picture:q} \
            --table {output.table:q} \
            &>{log:q}
        """


rule tabulate_joint:
    input:
        scores=attack_files(OWNERS, config["seeds"], "scores", "parquet"),
        predictions=[
            f"results/predictions/{attack.classifier}/seed{seed}/{dataset_of(attack.classifier)}.parquet"
            for attack in OWNERS
            for seed in config["seeds"]
        ],
        floors=[path for _, _, path in TRIED_BY_OWNER],
        paper=resource("paper_tables.csv"),
    output:
        picture=report("results/table3.png", caption="../report/about.rst", category="3 Tables"),
        table="results/table3.csv",
    log:
        "results/logs/tabulate_joint/table3.log",
    benchmark:
        "results/benchmarks/tabulate_joint/table3.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("tabulate_joint"),
        tasks=[dataset_of(attack.classifier) for attack in OWNERS],
        labels=[attack.label for attack in OWNERS],
        weights=["nan" if (weight := target(attack.classifier).joint) is None else weight for attack in OWNERS],
        num_classes=[target(attack.classifier).classes for attack in OWNERS],
        rows=[row for row, _ in enumerate(OWNERS) for seed in config["seeds"]],
        floor_tasks=[task for task, _, _ in TRIED_BY_OWNER],
        floor_methods=[method for _, method, _ in TRIED_BY_OWNER],
        resamples=config["resamples"],
        seed=config["data_seed"],
        origin=origin("fig15", "fig16"),
    shell:
        r"""
        python -m obverse.tabulate_joint \
            --tasks {params.tasks:q} \
            --labels {params.labels:q} \
            --weights {params.weights} \
            --num-classes {params.num_classes} \
            --scores {input.scores:q} \
            --predictions {input.predictions:q} \
            --rows {params.rows} \
            --floors {input.floors:q} \
            --floor-tasks {params.floor_tasks:q} \
            --floor-methods {params.floor_methods:q} \
            --paper {input.paper:q} \
            --resamples {params.resamples} \
            --seed {params.seed} \
            --origin={params.origin:q} \
            --picture {output.picture:q} \
            --table {output.table:q} \
            &>{log:q}
        """

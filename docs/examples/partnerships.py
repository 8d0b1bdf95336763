# %% [markdown]
# # An analysis: money, and who became whose partner
#
# Two questions to the articles in `corpus/`: which sums do they speak of, by currency and year, and who founded or
# upgraded a partnership with whom? `annotate` finds and normalises, DuckDB joins, pandas shows.
#
# This page is a notebook in percent format, [partnerships.py](partnerships.py): open it in VS Code or Jupyter (with Jupytext), or
# run it as a script in a clone. It needs `pip install 'annotate-articles[docs]'`. What it prints is below each cell.

# %%
import subprocess

import duckdb
import matplotlib.pyplot as plt
import pandas as pd
from babel import Locale

for command in (
    "annotate run corpus/ -o out/ --quiet",
    "annotate export duckdb out/ -o articles.duckdb --force",
):
    subprocess.run(command.split(), check=True, capture_output=True)
articles = duckdb.connect("articles.duckdb", read_only=True)

# %% [markdown]
# ## What there is
#
# One row an article, an entity, a value: [the tables](../exports.md#sqlite-and-duckdb).

# %%
articles.sql("""
    SELECT lang AS language, count(DISTINCT document) AS articles,
           count(*) FILTER (label = 'DATE') AS dates, count(*) FILTER (label = 'MONEY') AS sums,
           count(*) FILTER (label = 'AGREEMENT') AS agreements, count(*) FILTER (label = 'PARTNERSHIP') AS partnerships
    FROM spans JOIN documents ON documents.id = document
    GROUP BY ALL ORDER BY ALL
""").df()

# %% [markdown]
# ## Sums by currency and year
#
# The view `sums_by_currency_and_year` adds up exact decimals, by the year of the article. Sums of several currencies are never
# added, what is paid again and again (`per`) stands apart, and a sum that is told twice counts twice. So the number of
# mentions says more than the total; here are the ten currencies with most of them.

# %%
sums = articles.sql("""
    SELECT currency, year, mentions, documents, CAST(amount AS VARCHAR) AS amount
    FROM sums_by_currency_and_year WHERE per IS NULL
""").df()
most = sums.groupby("currency")["mentions"].sum().sort_values(ascending=False).head(10)
table = sums[sums.currency.isin(most.index)].copy()
table["amount"] = [f"{int(amount.partition('.')[0]):,}" for amount in table.amount]
table.sort_values(["year", "mentions", "currency"], ascending=[True, False, True])

# %%
figure, axes = plt.subplots(figsize=(7, 3.2))
axes.barh(most.index[::-1], most.values[::-1], color="#1f4e5f")
axes.set_title("Sums that the articles speak of, by currency", loc="left")
axes.set_xlabel("mentions")
axes.spines[["top", "right"]].set_visible(False)

# %% [markdown]
# ## Who upgraded partnerships with whom
#
# A fact of the type `established` or `upgraded` has a partnership as its subject, the parties as codes, and a date. Where the
# sentence of the fact names no parties, those of the partnership count. Codes are the same in all languages, so that an
# article in Vietnamese and one in Russian speak of the same pair.

# %%
facts = articles.sql("""
    WITH named AS (
        SELECT document, span, list(code ORDER BY number) FILTER (code IS NOT NULL) AS codes
        FROM parties GROUP BY ALL
    )
    SELECT facts.document, documents.lang, facts.type,
           CASE WHEN facts.parties <> '[]' THEN CAST(CAST(facts.parties AS JSON) AS VARCHAR[])
                ELSE coalesce(named.codes, []) END AS codes,
           array_to_string(CAST(CAST(partnerships.level AS JSON) AS VARCHAR[]), ' ') AS level,
           dates.edtf AS since, dates.start AS day
    FROM facts
    JOIN documents ON documents.id = facts.document
    JOIN partnerships ON partnerships.document = facts.document AND partnerships.span = facts.subject
    LEFT JOIN named ON named.document = facts.document AND named.span = facts.subject
    LEFT JOIN dates ON dates.document = facts.document AND dates.span = facts.date
    WHERE facts.type IN ('established', 'upgraded') AND dates.start IS NOT NULL
""").df()

names = Locale("en").territories
facts["pair"] = [" – ".join(sorted(names.get(code, code) for code in codes)) for codes in facts.codes]
pairs = facts[[len(codes) > 1 for codes in facts.codes]]
bonds = (
    pairs.groupby(["day", "since", "pair", "type", "level"])
    .agg(articles=("document", "nunique"), languages=("lang", lambda some: " ".join(sorted(set(some)))))
    .reset_index()
)
bonds.drop(columns="day")

# %%
shown = bonds.assign(day=pd.to_datetime(bonds.day))
order = {pair: place for place, pair in enumerate(dict.fromkeys(shown.pair[::-1]))}
figure, axes = plt.subplots(figsize=(7, 0.5 + 0.42 * len(order)))
for kind, marker, colour in (("established", "o", "#1f4e5f"), ("upgraded", "^", "#b4540a")):
    some = shown[shown.type == kind]
    axes.scatter(some.day, some.pair.map(order), marker=marker, s=60, color=colour, label=kind)
axes.set_yticks(list(order.values()), list(order))
axes.set_title("Partnerships, as the articles tell of them", loc="left")
axes.legend(frameon=False, loc="lower left")
axes.grid(axis="x", color="#dddddd")
axes.spines[["top", "right", "left"]].set_visible(False)

# %% [markdown]
# Each point leads back to its sentence: `facts` has the place of the evidence, `documents` the text.

# %%
for document, start, end in articles.sql("""
    SELECT document, evidence_start, evidence_end FROM facts WHERE type = 'upgraded' ORDER BY document, number
""").fetchall():
    (text,) = articles.execute("SELECT text FROM documents WHERE id = ?", [document]).fetchone()
    print(f"{document}: {text[start:end]}")

# %% [markdown]
# What is not there was not found, or not said in a way that makes a fact: precision goes first. [Review](../review.md) a
# sample of your own articles before you draw conclusions from a table like this.

# %%
articles.close()

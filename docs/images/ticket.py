"""The picture of the README, from the numbers of the study of MiniLM on CoLA.

`python docs/images/ticket.py` writes `ticket.png` beside this file.
"""

from pathlib import Path

import altair as alt
import pandas as pd

HERE = Path(__file__).parent
STUDY = HERE.parent / "results" / "cola-minilm"
ROUND = 3
"""The last whose tickets score within the dense model's interval."""
BLUE, GREY, BLACK = "#0072b2", "#777777", "#000000"


def chart() -> alt.HConcatChart:
    """What tickets still do, and what a probe still reads from them."""
    return (
        alt.hconcat(_scores(), _probes(), spacing=46)
        .resolve_scale(color="independent")
        .configure(font="Helvetica, Arial, sans-serif")
        .configure_view(stroke="#cccccc")
        .configure_axis(grid=False, labelFontSize=12, titleFontSize=13, titleFontWeight="normal")
        .configure_title(fontSize=15, subtitleFontSize=12, subtitleColor="#444444", anchor="start")
    )


def _scores() -> alt.LayerChart:
    rows = pd.read_csv(STUDY / "scores.csv")
    dense = rows[rows["criterion"] == "dense"]
    level = dense["score"].mean()
    kept = rows[rows["rewinding"].isin(["weights", "none"])]
    tickets = kept[kept["criterion"] != "dense"]
    starts = [dense.assign(criterion=each) for each in ("magnitude", "random")]
    paths = pd.concat([*starts, tickets]).assign(percent=lambda each: 100 * each["sparsity"])
    means = paths.groupby(["criterion", "percent"], as_index=False)["score"].mean()
    x = alt.X("percent:Q", title="weights pruned (% of the encoder's matrices)")
    y = alt.Y("score:Q", title="Matthews correlation", scale=alt.Scale(domain=[-0.04, 0.3]))
    colour = alt.Color(
        "criterion:N",
        scale=alt.Scale(domain=["magnitude", "random"], range=[BLUE, GREY]),
        legend=None,
    )
    band = alt.Chart(pd.DataFrame([{"low": dense["low"].mean(), "high": dense["high"].mean()}]))
    words = pd.DataFrame(
        [
            {"percent": 1, "score": 0.276, "text": "dense, and its 95% interval", "c": BLACK},
            {"percent": 53, "score": 0.251, "text": "tickets, by magnitude", "c": BLUE},
            {"percent": 30, "score": 0.082, "text": "as many weights, by lot", "c": GREY},
        ]
    )
    named = alt.Chart(words).mark_text(align="left", fontSize=13)
    return alt.layer(
        band.mark_rect(color="#e8e8e8").encode(y="low:Q", y2="high:Q"),
        alt.Chart(pd.DataFrame([{"score": level}])).mark_rule(color=BLACK).encode(y),
        alt.Chart(means).mark_line(strokeWidth=2.2).encode(x, y, colour),
        alt.Chart(paths).mark_point(filled=True, size=32, opacity=0.8).encode(x, y, colour),
        named.encode(x, y, text="text:N", color=alt.Color("c:N", scale=None)),
    ).properties(
        width=370,
        height=250,
        title=alt.Title(
            "Which weights stay decides the score…",
            subtitle="CoLA, 1,043 sentences; dots: two seeds",
        ),
    )


def _probes() -> alt.LayerChart:
    rows = pd.read_csv(STUDY / "probes.csv")
    rows = rows[rows["rewinding"].isin(["weights", "none"])]
    names = {"dense": "dense", "magnitude": "by magnitude", "random": "by lot"}
    rows = rows[rows["round"].isin([0, ROUND])].assign(of=lambda each: each["criterion"].map(names))
    means = rows.groupby(["of", "layer"], as_index=False)["value"].mean()
    words = rows["word_baseline"].mean()
    x = alt.X("layer:O", title="layer (0: embedding output)", axis=alt.Axis(labelAngle=0))
    y = alt.Y(
        "value:Q",
        title="accuracy of the probe",
        scale=alt.Scale(zero=False, nice=False, padding=16),
    )
    scale = alt.Scale(domain=list(names.values()), range=[BLACK, BLUE, GREY])
    colour = alt.Color("of:N", scale=scale, legend=None)
    ends = means[means["layer"] == means["layer"].max()]
    share = 100 * rows["sparsity"].max()
    by_word = pd.DataFrame([{"value": words, "layer": 0, "text": "the word alone"}])
    return alt.layer(
        alt.Chart(by_word).mark_rule(strokeDash=[2, 3]).encode(y),
        alt.Chart(by_word).mark_text(align="left", dy=-7, fontSize=12).encode(x, y, text="text:N"),
        alt.Chart(means).mark_line(strokeWidth=2.2, point=True).encode(x, y, colour),
        alt.Chart(ends)
        .mark_text(align="left", dx=9, fontSize=13)
        .encode(x, y, colour, text="of:N"),
    ).properties(
        width=330,
        height=250,
        title=alt.Title(
            "…and no score says what went with them",
            subtitle=f"part of speech, {rows['n'].max():,} words; {share:.0f}% pruned; two seeds",
        ),
    )


if __name__ == "__main__":
    chart().save(HERE / "ticket.png", scale_factor=1.6)

//! The indicators that exist, each declared once. To add one, add an entry here, its formula in a
//! module beside, and its dependence in `dependants`.
//!
//! Ids are a contract with those who store and cite values: never reused, never given new meaning.

use crate::indicator::{
    Compute, Definition, Input, fdi_flow, fdi_structure, participation, sme, trade,
};

/// All indicators, in the order in which they are listed to people.
#[must_use]
pub fn catalogue() -> &'static [Definition] {
    CATALOGUE
}

/// The indicator with this id.
#[must_use]
pub fn definition(id: &str) -> Option<&'static Definition> {
    CATALOGUE.iter().find(|definition| definition.id == id)
}

const fn input(dataflow: &'static str, selector: &'static str) -> Input {
    Input { dataflow, selector }
}

const HOST_INFLOW: Input = input("DF_FDI_HOST", "..W.I.F.T.D.IMM._T.C.USD");
const HOST_SHARE: Input = input("DF_FDI_HOST", "..ASEAN.I.F.T.D.IMM._T.C.PT");
const INDUSTRY_INFLOW: Input = input("DF_FDI_INDUSTRY", "..W.I.F.T.D.IMM..C.USD");
const INDUSTRY_INTRA: Input = input("DF_FDI_INDUSTRY", "..ASEAN.I.F.T.D.IMM..C.USD");
const SOURCE_FLOW: Input = input("DF_FDI_SOURCE", "...I.F.T.D.IMM..C.USD");

const UNCTAD: &str = "UNCTAD, Training Manual on Statistics for FDI, vol. II (2009)";
const HIRSCHMAN: &str = "Herfindahl (1950); Hirschman (1945)";
const YEUNG: &str = "Yeung (2017)";

/// The parts of a declaration that differ least from one indicator to the next.
struct Plain {
    id: &'static str,
    title: &'static str,
    unit: &'static str,
    tolerance: &'static str,
}

const fn plain(
    id: &'static str,
    title: &'static str,
    unit: &'static str,
    tolerance: &'static str,
) -> Plain {
    Plain { id, title, unit, tolerance }
}

const fn declare(
    plain: Plain,
    formula: &'static str,
    source: &'static str,
    inputs: &'static [Input],
    breakdown: Option<&'static str>,
    compute: Compute,
) -> Definition {
    let Plain { id, title, unit, tolerance } = plain;
    Definition { id, title, unit, formula, source, inputs, breakdown, tolerance, compute }
}

static CATALOGUE: &[Definition] = &[
    declare(
        plain("fdi.inflow", "Inward FDI flow", "US$ million", "0.05"),
        "as printed; of a group: Σ inflow of its members",
        UNCTAD,
        &[HOST_INFLOW, INDUSTRY_INFLOW],
        Some("activity"),
        fdi_flow::inflow,
    ),
    declare(
        plain("fdi.intra_inflow", "Intra-ASEAN inward FDI flow", "US$ million", "0.05"),
        "as printed; of a host without an amount: inflow × share / 100; of a group: Σ of its members",
        "Yeung (2017), tables 1 and 2a",
        &[HOST_INFLOW, HOST_SHARE, INDUSTRY_INTRA],
        Some("activity"),
        fdi_flow::intra_inflow,
    ),
    declare(
        plain("fdi.intra_share", "Intra-ASEAN share of inward FDI", "per cent", "0.005"),
        "100 × intra-ASEAN inflow / inflow; of a group: 100 × Σ (inflow × share / 100) / Σ inflow \
         over its members",
        "Yeung (2017), tables 1 and 2a",
        &[HOST_INFLOW, HOST_SHARE, INDUSTRY_INFLOW, INDUSTRY_INTRA],
        Some("activity"),
        fdi_flow::intra_share,
    ),
    declare(
        plain("fdi.host_share", "Share of a host in ASEAN's inward FDI", "per cent", "0.005"),
        "100 × inflow of the host / Σ inflow of the members",
        "Yeung (2017), section 2.1",
        &[HOST_INFLOW],
        None,
        fdi_flow::host_share,
    ),
    declare(
        plain("fdi.growth", "Growth of inward FDI", "per cent", "0.005"),
        "100 × (inflow / inflow of the period before − 1)",
        UNCTAD,
        &[HOST_INFLOW],
        None,
        fdi_flow::growth,
    ),
    declare(
        plain("fdi.compound_growth", "Compound growth of inward FDI", "per cent a period", "0.005"),
        "100 × ((last / first)^(1 / periods) − 1), by f64, relative error below 1e-14",
        UNCTAD,
        &[HOST_INFLOW],
        Some("base period"),
        fdi_flow::compound_growth,
    ),
    declare(
        plain("fdi.hhi_host", "Concentration of inward FDI by host", "index to 10,000", "0.5"),
        "10,000 × Σ (inflow of a member / Σ)², over positive inflows",
        HIRSCHMAN,
        &[HOST_INFLOW],
        None,
        fdi_structure::hhi_host,
    ),
    declare(
        plain(
            "fdi.hhi_industry",
            "Concentration of inward FDI by activity",
            "index to 10,000",
            "0.5",
        ),
        "10,000 × Σ (inflow of an ISIC section / Σ)², over positive inflows of named sections",
        HIRSCHMAN,
        &[INDUSTRY_INFLOW],
        None,
        fdi_structure::hhi_industry,
    ),
    declare(
        plain(
            "fdi.hhi_source",
            "Concentration of intra-ASEAN FDI by source",
            "index to 10,000",
            "0.5",
        ),
        "10,000 × Σ (flow from a member / Σ)², over positive flows",
        HIRSCHMAN,
        &[SOURCE_FLOW],
        Some("activity"),
        fdi_structure::hhi_source,
    ),
    declare(
        plain("fdi.leading_source", "Leading ASEAN source of FDI", "area code", "0"),
        "the member with the largest positive flow",
        "Yeung (2017), section 2.1",
        &[SOURCE_FLOW],
        Some("activity"),
        fdi_structure::leading_source,
    ),
    declare(
        plain("fdi.industry_share", "Share of an activity in inward FDI", "per cent", "0.005"),
        "100 × inflow of the activity / inflow of all activities, as the table by activity has it",
        "Yeung (2017), section 2.1",
        &[INDUSTRY_INFLOW],
        Some("activity"),
        fdi_structure::industry_share,
    ),
    declare(
        plain("fdi.specialization", "Specialization of a source in an activity", "ratio", "0.0005"),
        "location quotient: (flow of the source in the activity / all its flows) / (intra-ASEAN \
         flow in the activity / all intra-ASEAN flows)",
        "Florence (1929); Balassa (1965)",
        &[SOURCE_FLOW, INDUSTRY_INTRA],
        Some("activity|source"),
        fdi_structure::specialization,
    ),
    declare(
        plain("sme.share", "Share of SMEs in an economy", "per cent", "0.005"),
        "as printed, by measure: EST establishments, EMP employment, EMP_MANUF manufacturing \
         employment, GDP, EXP exports",
        "Yeung (2017), table 3",
        &[input("DF_SME_SHARE", "...PT")],
        Some("measure"),
        sme::share,
    ),
    declare(
        plain("sme.productivity_gap", "Relative output per worker of SMEs", "ratio", "0.0005"),
        "SME share of GDP / SME share of employment; below 1 SMEs make less a worker than others",
        YEUNG,
        &[input("DF_SME_SHARE", "..GDP+EMP.PT")],
        None,
        sme::productivity_gap,
    ),
    declare(
        plain("sme.export_gap", "Relative export weight of SMEs", "ratio", "0.0005"),
        "SME share of exports / SME share of GDP; below 1 SMEs export less than their output",
        YEUNG,
        &[input("DF_SME_SHARE", "..EXP+GDP.PT")],
        None,
        sme::export_gap,
    ),
    declare(
        plain("participation.share", "Firms in domestic production networks", "per cent", "0.005"),
        "as printed, with the Wilson interval at 95 per cent for n = firms / share",
        "Wilson (1927); Yeung (2017), table 7",
        &[input("DF_PARTICIPATION", "....")],
        Some("firm size"),
        participation::share,
    ),
    declare(
        plain(
            "participation.gap",
            "Large firms' lead in taking part",
            "percentage points",
            "0.005",
        ),
        "share of large firms − share of SMEs, with Newcombe's hybrid score interval at 95 per cent",
        "Newcombe (1998), method 10; Yeung (2017), table 7",
        &[input("DF_PARTICIPATION", "....")],
        None,
        participation::gap,
    ),
    declare(
        plain("trade.world_share", "Share of world trade in intermediates", "per cent", "0.005"),
        "as printed",
        "Yeung (2017), table 6",
        &[input("DF_GPN_TRADE", "..SHARE.PT")],
        None,
        trade::world_share,
    ),
    declare(
        plain("trade.rank", "World rank in trade in intermediates", "rank", "0"),
        "as printed",
        "Yeung (2017), table 6",
        &[input("DF_GPN_TRADE", "..RANK.RANK")],
        None,
        trade::rank,
    ),
    declare(
        plain("trade.growth", "Growth of trade in intermediates", "per cent a year", "0.005"),
        "as printed",
        "Yeung (2017), table 6",
        &[input("DF_GPN_TRADE", "..CAGR.PT")],
        None,
        trade::growth,
    ),
    declare(
        plain(
            "trade.implied_world_total",
            "World trade implied by value and share",
            "US$ billion",
            "0.05",
        ),
        "100 × value / share of the world",
        "Yeung (2017), table 6",
        &[input("DF_GPN_TRADE", "..VALUE+SHARE.")],
        None,
        trade::implied_world_total,
    ),
];

"""A small list in the layout of the official one. Its conditions are invented."""

from datetime import date
from textwrap import dedent

from lookup.build.icd10cm.source import SourceFile, TabularSource

TABULAR_NAME = "icd10c-tabular-April-1-2026.xml"
LIST_NAME = "code-list-April-2026.txt"

TABULAR = dedent("""\
    <?xml version="1.0" encoding="utf-8"?>
    <ICD10CM.tabular>
      <version>2026</version>
      <introduction>
        <introSection type="title"><title>TABULAR LIST</title></introSection>
      </introduction>
      <chapter>
        <name>1</name>
        <desc>Invented conditions (K01-K20)</desc>
        <notes>
          <note>Use a second code,  if applicable</note>
        </notes>
        <sectionIndex>
          <sectionRef first="K01" last="K02" id="K01-K02">Moods</sectionRef>
        </sectionIndex>
        <section id="K01-K02">
          <desc>Moods (K01-K02)</desc>
          <includes>
            <note>whims</note>
          </includes>
        </section>
        <section id="K01">
          <desc>Sulks (K01)</desc>
          <diag>
            <name>K01</name>
            <desc>Sulks</desc>
            <excludes1>
              <note>tempers (K02.-)</note>
            </excludes1>
            <diag>
              <name>K01.0</name>
              <desc>Brief sulk</desc>
              <inclusionTerm>
                <note>Pout</note>
                <note>Huff</note>
              </inclusionTerm>
            </diag>
          </diag>
        </section>
        <section id="K02">
          <desc>Tempers (K02)</desc>
          <diag>
            <name>K02</name>
            <desc>Tempers</desc>
            <codeFirst>
              <note>, if known, cause (K10 with .51)</note>
            </codeFirst>
          </diag>
        </section>
        <section id="K10-K1A">
          <desc>Bumps (K10-K1A)</desc>
          <diag>
            <name>K10</name>
            <desc>Bump</desc>
            <notes>
              <note>7th characters D and S do not apply to codes in category K10
                with 6th character 7 - loud, or 8 - silent.</note>
            </notes>
            <sevenChrNote>
              <note>The appropriate 7th character is to be added to K10</note>
            </sevenChrNote>
            <sevenChrDef>
              <extension char="A">first</extension>
              <extension char="D">later</extension>
              <note>Later means a day later</note>
              <extension char="S">sequela</extension>
            </sevenChrDef>
            <diag>
              <name>K10.5</name>
              <desc>Bump of head</desc>
              <diag placeholder="true">
                <name>K10.5X</name>
                <desc>Bump of head</desc>
                <diag>
                  <name>K10.5X1</name>
                  <desc>Bump of head, soft</desc>
                </diag>
                <diag>
                  <name>K10.5X7</name>
                  <desc>Bump of head, loud</desc>
                </diag>
              </diag>
            </diag>
            <diag>
              <name>K10.6</name>
              <desc>Bump of knee</desc>
              <sevenChrNote>
                <note>The appropriate 7th character is to be added to K10.6</note>
              </sevenChrNote>
              <sevenChrDef>
                <extension char="A">first</extension>
              </sevenChrDef>
            </diag>
          </diag>
          <diag>
            <name>K1A</name>
            <desc>Thud</desc>
            <useAdditionalCode>
              <note>code to identify:</note>
              <note>sulk (K01.-)</note>
            </useAdditionalCode>
          </diag>
        </section>
      </chapter>
    </ICD10CM.tabular>
    """)

# In the order and with the labels of chapters and sections that the official list has.
CODE_LIST = "\r\n".join(
    [
        *("1", "K01-K02", "K01", "K01", "K010", "K02", "K02", "K10-K1A", "K10", "K105", "K105X"),
        *("K105X1", "K105X1A", "K105X1D", "K105X1S", "K105X7", "K105X7A", "K106", "K106XXA"),
        *("K1A", ""),
    ]
)


def line_of(text: str, within: str = TABULAR) -> int:
    """The line on which *text* first stands."""
    return within[: within.index(text)].count("\n") + 1


def small_release(tabular: str = TABULAR, code_list: str = CODE_LIST) -> TabularSource:
    """The list as a source, as it would be found installed."""
    return TabularSource(
        package="small-release",
        version="1.0",
        tabular=SourceFile(TABULAR_NAME, tabular.encode()),
        code_list=SourceFile(LIST_NAME, code_list.encode()),
        effective=date(2026, 4, 1),
    )

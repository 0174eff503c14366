package listfile

import (
	"bytes"
	"io"
	"path"
	"strings"
)

// Format is a form of list files. The codes are keys of the text catalogue below "list_format.".
type Format string

// The forms.
const (
	UNXML           Format = "un-xml"            // consolidated list of the United Nations Security Council
	OFACCSV         Format = "ofac-csv"          // SDN.CSV with ALT.CSV, ADD.CSV and SDN_COMMENTS.CSV beside it
	OFACXML         Format = "ofac-xml"          // SDN.XML
	OFACAdvancedXML Format = "ofac-advanced-xml" // SDN_ADVANCED.XML
	EUCSV           Format = "eu-csv"            // consolidated financial sanctions list of the European Union
	UKCSV           Format = "uk-csv"            // consolidated list of the United Kingdom (OFSI ConList)
	OwnCSV          Format = "csv"               // a person, document or vehicle a row
	OwnJSON         Format = "json"              // alerts as this program writes them
)

// Formats are all forms.
func Formats() []Format {
	return []Format{UNXML, OFACCSV, OFACXML, OFACAdvancedXML, EUCSV, UKCSV, OwnCSV, OwnJSON}
}

// HeadLength is how many bytes of a file are enough for Detect.
const HeadLength = 8 << 10

// Detect tells the form of a file by its first bytes and, where they leave it open, by its name; empty when it is none that is known.
func Detect(name string, head []byte) Format {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	switch {
	case len(text) == 0:
		return ""
	case text[0] == '<':
		return detectXML(text)
	case text[0] == '{' || text[0] == '[':
		return OwnJSON
	}
	return detectCSV(name, text)
}

// detectXML goes by the name of the root element and the namespace that stands in it.
func detectXML(head []byte) Format {
	switch {
	case bytes.Contains(head, []byte("<CONSOLIDATED_LIST")):
		return UNXML
	case bytes.Contains(head, []byte("<sdnList")):
		return OFACXML
	case bytes.Contains(head, []byte("<Sanctions")):
		return OFACAdvancedXML
	}
	return ""
}

// detectCSV goes by the names of the columns; the file of OFAC has none.
func detectCSV(name string, head []byte) Format {
	first, rest, _ := bytes.Cut(head, []byte("\n"))
	line, second := strings.ToLower(string(first)), strings.ToLower(string(rest[:min(len(rest), 400)]))
	switch {
	case strings.Contains(line, "filegenerationdate") || strings.Contains(line, "entity_logicalid"):
		return EUCSV
	case strings.HasPrefix(line, "last updated") || strings.HasPrefix(line, "report date") || strings.HasPrefix(second, "name 6") ||
		strings.HasPrefix(line, "name 6"):
		return UKCSV
	case looksLikeOFAC(line):
		return OFACCSV
	case hasOwnHeader(line):
		return OwnCSV
	}
	if base := strings.ToLower(path.Base(name)); strings.HasSuffix(base, "sdn.csv") && strings.Count(line, ",") >= ofacColumns-1 {
		return OFACCSV
	}
	return ""
}

// ofacColumns is how many columns a row of SDN.CSV has.
const ofacColumns = 12

// looksLikeOFAC reports whether a line begins with a number and a quoted name and has the mark of an empty field.
func looksLikeOFAC(line string) bool {
	number, rest, found := strings.Cut(line, ",")
	return found && isDigits(number) && strings.HasPrefix(rest, `"`) && strings.Count(rest, ",") >= ofacColumns-2 && strings.Contains(rest,
		"-0-")
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// List is the id that a list of the form usually has.
func (f Format) List() string {
	switch f {
	case UNXML:
		return "un"
	case OFACCSV, OFACXML, OFACAdvancedXML:
		return "ofac"
	case EUCSV:
		return "eu"
	case UKCSV:
		return "uk"
	case OwnCSV, OwnJSON:
	}
	return "national"
}

// The parts of a list of OFAC beside SDN.CSV, as CompanionOf tells them.
const (
	CompanionAliases   = "aliases"
	CompanionAddresses = "addresses"
	CompanionComments  = "comments"
)

// CompanionOf tells by the name of a file which companion of SDN.CSV it is; empty when it is none.
func CompanionOf(name string) string {
	base := strings.ToLower(path.Base(strings.ReplaceAll(name, `\`, "/")))
	switch {
	case !strings.HasSuffix(base, ".csv"):
		return ""
	case strings.Contains(base, "comment"):
		return CompanionComments
	case base == "alt.csv" || strings.HasSuffix(base, "-alt.csv") || strings.HasSuffix(base, "_alt.csv"):
		return CompanionAliases
	case base == "add.csv" || strings.HasSuffix(base, "-add.csv") || strings.HasSuffix(base, "_add.csv"):
		return CompanionAddresses
	}
	return ""
}

// Set gives the reader of a companion; kind is one of the companions.
func (c *Companions) Set(kind string, from io.Reader) {
	switch kind {
	case CompanionAliases:
		c.Aliases = from
	case CompanionAddresses:
		c.Addresses = from
	case CompanionComments:
		c.Comments = from
	}
}

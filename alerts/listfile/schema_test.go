package listfile

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/traveldoc"
)

// definition is what the test reads of the schema.
type definition struct {
	Ref                  string                `json:"$ref"`
	Type                 string                `json:"type"`
	Enum                 []string              `json:"enum"`
	Required             []string              `json:"required"`
	Properties           map[string]definition `json:"properties"`
	AdditionalProperties *bool                 `json:"additionalProperties"`
	Items                *definition           `json:"items"`
	Defs                 map[string]definition `json:"$defs"`
	OneOf                []definition          `json:"oneOf"`
}

func schema(t *testing.T) definition {
	t.Helper()
	var d definition
	require.NoError(t, json.Unmarshal([]byte(Schema()), &d))
	return d
}

// The schema has every field of an alert, of its type, and no other.
func TestSchemaIsOfTheStructs(t *testing.T) {
	s := schema(t)
	for name, of := range map[string]reflect.Type{
		"alert": reflect.TypeFor[alerts.Alert](), "link": reflect.TypeFor[alerts.Link](), "subject": reflect.TypeFor[alerts.Subject](),
		"name": reflect.TypeFor[alerts.Name](), "part": reflect.TypeFor[alerts.NamePart](), "birth": reflect.TypeFor[alerts.Birth](),
		"document": reflect.TypeFor[alerts.Document](), "vehicle": reflect.TypeFor[alerts.Vehicle](), "place": reflect.TypeFor[alerts.Place](),
	} {
		d, has := s.Defs[name]
		require.True(t, has, name)
		require.NotNil(t, d.AdditionalProperties, name)
		require.False(t, *d.AdditionalProperties, name)
		require.Len(t, d.Properties, of.NumField(), name)
		for i := range of.NumField() {
			field, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			p, has := d.Properties[field]
			require.True(t, has, "%s.%s", name, field)
			require.Equal(t, typeOf(of.Field(i).Type), s.typeOf(p), "%s.%s", name, field)
		}
		for _, r := range d.Required {
			require.Contains(t, d.Properties, r, name)
		}
	}
}

func typeOf(of reflect.Type) string {
	switch {
	case of == reflect.TypeFor[traveldoc.Date]():
		return "string"
	case of.Kind() == reflect.Slice:
		return "array of " + typeOf(of.Elem())
	case of.Kind() == reflect.Struct:
		return "object"
	case of.Kind() == reflect.Int:
		return "integer"
	case of.Kind() == reflect.Bool:
		return "boolean"
	}
	return of.Kind().String()
}

func (d definition) typeOf(p definition) string {
	switch {
	case p.Ref != "":
		return d.typeOf(d.Defs[strings.TrimPrefix(p.Ref, "#/$defs/")])
	case p.Type == "array":
		return "array of " + d.typeOf(*p.Items)
	}
	return p.Type
}

func TestSchemaHasTheCodes(t *testing.T) {
	s := schema(t)
	enum := func(of, field string) []string {
		p := s.Defs[of].Properties[field]
		if p.Items != nil {
			p = *p.Items
		}
		return p.Enum
	}
	require.Equal(t, words(alerts.Categories()), enum("alert", "category"))
	require.Equal(t, words(alerts.Actions()), enum("alert", "action"))
	require.Equal(t, words(secrecies), enum("alert", "secrecy"))
	require.Equal(t, words(statuses), enum("alert", "status"))
	require.Equal(t, words(kinds), enum("subject", "kind"))
	require.Equal(t, words(nameKinds), enum("name", "kind"))
	require.Equal(t, words(nameRoles), enum("part", "role"))
	require.Equal(t, sexes, enum("subject", "sexes"))
	require.Equal(t, Relations(), enum("link", "relation"))
	require.Equal(t, DocumentTypes(), enum("document", "type"))
	require.Equal(t, DocumentStatuses(), enum("document", "status"))
}

func words[T ~string](values []T) []string {
	var all []string
	for _, v := range values {
		if v != "" {
			all = append(all, string(v))
		}
	}
	return all
}

// What the program writes of a file, the schema has: File as JSON is read again.
func TestSchemaHasTheFile(t *testing.T) {
	s := schema(t)
	of := reflect.TypeFor[File]()
	for i := range of.NumField() {
		if field, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ","); field != "-" { // "-" is never written
			require.Contains(t, s.OneOf[0].Properties, field)
		}
	}
	require.True(t, slices.Contains(s.OneOf[0].Required, "alerts"))
}

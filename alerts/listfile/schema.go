package listfile

import _ "embed" // the schema is a file that can be published as it is

//go:embed schema.json
var schemaText string

// Schema is the JSON Schema (draft 2020-12) of the project's own form of alerts.
func Schema() string { return schemaText }

package pki

// Object identifiers that other packages ask for, dotted.
const (
	OIDSignedData        = "1.2.840.113549.1.7.2"
	OIDData              = "1.2.840.113549.1.7.1"
	OIDMasterList        = "2.23.136.1.1.2"   // id-icao-cscaMasterList
	OIDMasterListSigner  = "2.23.136.1.1.3"   // extended key usage id-icao-cscaMasterListSigningKey
	OIDLDSSecurityObject = "2.23.136.1.1.1"   // id-icao-ldsSecurityObject
	OIDDeviationList     = "2.23.136.1.1.7"   // id-icao-DeviationList
	OIDDocumentTypeList  = "2.23.136.1.1.6.2" // extension id-icao-mrtd-security-extensions-documentTypeList
	OIDNameChange        = "2.23.136.1.1.6.1" // extension nameChange of a link certificate
	OIDSubjectDirectory  = "2.5.29.9"
	OIDCountryName       = "2.5.4.6"
	OIDCommonName        = "2.5.4.3"
	OIDSerialNumber      = "2.5.4.5"
	OIDOrganization      = "2.5.4.10"
	OIDOrganizationUnit  = "2.5.4.11"
)

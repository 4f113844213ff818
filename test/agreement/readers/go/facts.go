package main

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"
)

type refusal struct {
	Error string `json:"error"`
}

type certificateFacts struct {
	SerialNumber           string   `json:"serialNumber"`
	Issuer                 []string `json:"issuer"`
	Subject                []string `json:"subject"`
	NotBefore              string   `json:"notBefore"`
	NotAfter               string   `json:"notAfter"`
	DNSNames               []string `json:"dnsNames"`
	IPAddresses            []string `json:"ipAddresses"`
	EmailAddresses         []string `json:"emailAddresses"`
	URIs                   []string `json:"uris"`
	KeyAlgorithm           string   `json:"keyAlgorithm"`
	SubjectKeyIdentifier   string   `json:"subjectKeyIdentifier"`
	AuthorityKeyIdentifier string   `json:"authorityKeyIdentifier"`
	IsAuthority            bool     `json:"isAuthority"`
	PathLenConstraint      *int     `json:"pathLenConstraint"`
	KeyUsage               []string `json:"keyUsage"`
	ExtKeyUsage            []string `json:"extKeyUsage"`
}

// In the order of the bits (RFC 5280 section 4.2.1.3).
var keyUsages = []string{
	"digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement",
	"keyCertSign", "cRLSign", "encipherOnly", "decipherOnly",
}

var extKeyUsages = map[x509.ExtKeyUsage]string{
	x509.ExtKeyUsageAny:             "2.5.29.37.0",
	x509.ExtKeyUsageServerAuth:      "1.3.6.1.5.5.7.3.1",
	x509.ExtKeyUsageClientAuth:      "1.3.6.1.5.5.7.3.2",
	x509.ExtKeyUsageCodeSigning:     "1.3.6.1.5.5.7.3.3",
	x509.ExtKeyUsageEmailProtection: "1.3.6.1.5.5.7.3.4",
	x509.ExtKeyUsageTimeStamping:    "1.3.6.1.5.5.7.3.8",
	x509.ExtKeyUsageOCSPSigning:     "1.3.6.1.5.5.7.3.9",
}

func facts(line string) any {
	der, err := base64.StdEncoding.DecodeString(line)
	if err != nil {
		return refusal{err.Error()}
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return refusal{err.Error()}
	}
	said := certificateFacts{
		SerialNumber:           fmt.Sprintf("%x", certificate.SerialNumber),
		Issuer:                 attributes(certificate.RawIssuer),
		Subject:                attributes(certificate.RawSubject),
		NotBefore:              certificate.NotBefore.UTC().Format(time.RFC3339),
		NotAfter:               certificate.NotAfter.UTC().Format(time.RFC3339),
		DNSNames:               append([]string{}, certificate.DNSNames...),
		IPAddresses:            []string{},
		EmailAddresses:         append([]string{}, certificate.EmailAddresses...),
		URIs:                   []string{},
		KeyAlgorithm:           keyAlgorithm(certificate.PublicKey),
		SubjectKeyIdentifier:   hex.EncodeToString(certificate.SubjectKeyId),
		AuthorityKeyIdentifier: hex.EncodeToString(certificate.AuthorityKeyId),
		IsAuthority:            certificate.IsCA,
		KeyUsage:               keyUsageNames(certificate.KeyUsage),
		ExtKeyUsage:            []string{},
	}
	for _, address := range certificate.IPAddresses {
		said.IPAddresses = append(said.IPAddresses, address.String())
	}
	for _, uri := range certificate.URIs {
		said.URIs = append(said.URIs, uri.String())
	}
	if certificate.IsCA && (certificate.MaxPathLen > 0 || certificate.MaxPathLenZero) {
		said.PathLenConstraint = &certificate.MaxPathLen
	}
	for _, usage := range certificate.ExtKeyUsage {
		said.ExtKeyUsage = append(said.ExtKeyUsage, extKeyUsages[usage])
	}
	for _, usage := range certificate.UnknownExtKeyUsage {
		said.ExtKeyUsage = append(said.ExtKeyUsage, usage.String())
	}
	return said
}

func keyAlgorithm(key any) string {
	switch key := key.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("rsa-%d", key.N.BitLen())
	case *ecdsa.PublicKey:
		return fmt.Sprintf("ecdsa-p%d", key.Params().BitSize)
	case ed25519.PublicKey:
		return "ed25519"
	default:
		return "unknown"
	}
}

func attributes(name []byte) []string {
	var sequence pkix.RDNSequence
	said := []string{}
	if _, err := asn1.Unmarshal(name, &sequence); err != nil {
		return []string{err.Error()}
	}
	for _, set := range sequence {
		for _, attribute := range set {
			said = append(said, fmt.Sprintf("%s=%v", attribute.Type, attribute.Value))
		}
	}
	return said
}

func keyUsageNames(usage x509.KeyUsage) []string {
	names := []string{}
	for bit, name := range keyUsages {
		if usage&(1<<bit) != 0 {
			names = append(names, name)
		}
	}
	return names
}

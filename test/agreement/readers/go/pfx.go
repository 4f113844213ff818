package main

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"software.sslmate.com/src/go-pkcs12"
)

type pfxFacts struct {
	KeyAlgorithm string   `json:"keyAlgorithm"`
	PublicKey    string   `json:"publicKey"`
	Certificates []string `json:"certificates"`
}

func pfx(line string) any {
	encodedPassword, encodedFile, _ := strings.Cut(line, "\t")
	password, err := base64.StdEncoding.DecodeString(encodedPassword)
	if err != nil {
		return refusal{err.Error()}
	}
	file, err := base64.StdEncoding.DecodeString(encodedFile)
	if err != nil {
		return refusal{err.Error()}
	}
	key, leaf, above, err := pkcs12.DecodeChain(file, string(password))
	if err != nil {
		return refusal{err.Error()}
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return refusal{"the key does not sign"}
	}
	spki, err := x509.MarshalPKIXPublicKey(signer.Public())
	if err != nil {
		return refusal{err.Error()}
	}
	said := pfxFacts{
		KeyAlgorithm: keyAlgorithm(signer.Public()),
		PublicKey:    digest(spki),
		Certificates: []string{digest(leaf.Raw)},
	}
	for _, certificate := range above {
		said.Certificates = append(said.Certificates, digest(certificate.Raw))
	}
	return said
}

func digest(octets []byte) string {
	sum := sha256.Sum256(octets)
	return hex.EncodeToString(sum[:])
}

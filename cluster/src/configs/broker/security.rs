//! Broker configs of authentication, TLS and authorization.

use super::table;
use crate::configs::Check::{Any, AtLeast, OneOf};
use crate::configs::Effect::{Accepted, Refused};
use crate::configs::Update::{PerBroker, ReadOnly};
use crate::configs::ValueType::{Boolean, Class, Int, List, Long, Password, String};
use crate::configs::{AUTHORIZER, ConfigKey, PLUG_INS, SASL, TLS};

pub(super) const KEYS: &[ConfigKey] = table! {
    "authorizer.class.name": String = "", Any, ReadOnly, Refused(AUTHORIZER), [],
        "Kafka's plug-in that decides who may do what.";
    "principal.builder.class": Class = null, Any, PerBroker, Refused(PLUG_INS), [],
        "Kafka's plug-in that names who is connected.";
    "sasl.enabled.mechanisms": List = "", Any, PerBroker, Refused(SASL), [],
        "SASL mechanisms clients may use.";
    "sasl.mechanism.inter.broker.protocol": String = null, Any, PerBroker, Refused(SASL), [],
        "SASL mechanism brokers use among themselves.";
    "sasl.mechanism.controller.protocol": String = null, Any, ReadOnly, Refused(SASL), [],
        "SASL mechanism brokers use with controllers.";
    "sasl.jaas.config": Password = null, Any, PerBroker, Refused(SASL), [],
        "Credentials of SASL.";
    "sasl.client.callback.handler.class": Class = null, Any, ReadOnly, Refused(SASL), [],
        "Kafka's plug-in of a SASL client.";
    "sasl.server.callback.handler.class": Class = null, Any, ReadOnly, Refused(SASL), [],
        "Kafka's plug-in of a SASL server.";
    "sasl.login.callback.handler.class": Class = null, Any, ReadOnly, Refused(SASL), [],
        "Kafka's plug-in of a SASL login.";
    "sasl.login.class": Class = null, Any, ReadOnly, Refused(SASL), [],
        "Kafka's class of a SASL login.";
    "sasl.server.max.receive.size": Int = "524288", Any, ReadOnly, Refused(SASL), [],
        "The largest SASL message taken, in bytes.";
    "sasl.kerberos.service.name": String = null, Any, PerBroker, Refused(SASL), [],
        "The Kerberos name of the broker.";
    "sasl.kerberos.kinit.cmd": String = null, Any, PerBroker, Refused(SASL), [],
        "The kinit program of Kerberos.";
    "sasl.kerberos.principal.to.local.rules": List = "DEFAULT", Any, PerBroker, Refused(SASL), [],
        "Rules that turn Kerberos principals into names.";
    "sasl.oauthbearer.expected.audience": List = "", Any, ReadOnly, Refused(SASL), [],
        "Audiences a bearer token may be for.";
    "sasl.oauthbearer.expected.issuer": String = null, Any, ReadOnly, Refused(SASL), [],
        "The issuer a bearer token must be from.";
    "sasl.oauthbearer.jwks.endpoint.url": String = null, Any, ReadOnly, Refused(SASL), [],
        "Where the keys of bearer tokens are found.";
    "sasl.oauthbearer.token.endpoint.url": String = null, Any, ReadOnly, Refused(SASL), [],
        "Where bearer tokens are issued.";
    "sasl.oauthbearer.clock.skew.seconds": Int = "30", Any, ReadOnly, Refused(SASL), [],
        "How far the issuer's clock may be off.";
    "sasl.oauthbearer.scope.claim.name": String = "scope", Any, ReadOnly, Refused(SASL), [],
        "The claim of a bearer token that holds its scope.";
    "sasl.oauthbearer.sub.claim.name": String = "sub", Any, ReadOnly, Refused(SASL), [],
        "The claim of a bearer token that holds its subject.";
    "ssl.client.auth": String = "none",
        OneOf(&["required", "requested", "none"]), PerBroker, Refused(TLS), [],
        "Whether clients show a certificate.";
    "ssl.protocol": String = "TLSv1.3", Any, PerBroker, Refused(TLS), [],
        "The newest version of TLS.";
    "ssl.enabled.protocols": List = "TLSv1.2,TLSv1.3", Any, PerBroker, Refused(TLS), [],
        "The versions of TLS that may be used.";
    "ssl.cipher.suites": List = "", Any, PerBroker, Refused(TLS), [],
        "The ciphers that may be used.";
    "ssl.provider": String = null, Any, PerBroker, Refused(TLS), [],
        "Java's provider of TLS.";
    "ssl.endpoint.identification.algorithm": String = "https", Any, PerBroker, Refused(TLS), [],
        "How a server's name is checked against its certificate.";
    "ssl.engine.factory.class": Class = null, Any, PerBroker, Refused(TLS), [],
        "Kafka's plug-in of TLS.";
    "ssl.key.password": Password = null, Any, PerBroker, Refused(TLS), [],
        "Password of the private key.";
    "ssl.keystore.type": String = "JKS", Any, PerBroker, Refused(TLS), [],
        "Format of the file of the private key.";
    "ssl.keystore.location": String = null, Any, PerBroker, Refused(TLS), [],
        "File of the private key and its certificate.";
    "ssl.keystore.password": Password = null, Any, PerBroker, Refused(TLS), [],
        "Password of that file.";
    "ssl.keystore.key": Password = null, Any, PerBroker, Refused(TLS), [],
        "The private key itself, as PEM.";
    "ssl.keystore.certificate.chain": Password = null, Any, PerBroker, Refused(TLS), [],
        "Its certificates, as PEM.";
    "ssl.keymanager.algorithm": String = "SunX509", Any, PerBroker, Refused(TLS), [],
        "Java's algorithm of key managers.";
    "ssl.truststore.type": String = "JKS", Any, PerBroker, Refused(TLS), [],
        "Format of the file of trusted certificates.";
    "ssl.truststore.location": String = null, Any, PerBroker, Refused(TLS), [],
        "File of trusted certificates.";
    "ssl.truststore.password": Password = null, Any, PerBroker, Refused(TLS), [],
        "Password of that file.";
    "ssl.truststore.certificates": Password = null, Any, PerBroker, Refused(TLS), [],
        "Trusted certificates themselves, as PEM.";
    "ssl.trustmanager.algorithm": String = "PKIX", Any, PerBroker, Refused(TLS), [],
        "Java's algorithm of trust managers.";
    "ssl.secure.random.implementation": String = null, Any, PerBroker, Refused(TLS), [],
        "Java's source of randomness for TLS.";
    "ssl.principal.mapping.rules": String = "DEFAULT", Any, ReadOnly, Refused(TLS), [],
        "Rules that turn a certificate's subject into a name.";
    "ssl.allow.dn.changes": Boolean = "false", Any, ReadOnly, Refused(TLS), [],
        "Whether a new certificate may have another subject.";
    "ssl.allow.san.changes": Boolean = "false", Any, ReadOnly, Refused(TLS), [],
        "Whether a new certificate may have other names.";
    "security.providers": String = null, Any, ReadOnly, Refused(TLS), [],
        "Java's security providers.";
    "delegation.token.secret.key": Password = null, Any, ReadOnly, Refused(SASL), [],
        "The secret that signs delegation tokens.";
    "delegation.token.max.lifetime.ms": Long = "604800000", AtLeast(1), ReadOnly, Accepted, [],
        "How long a delegation token can be renewed at most.";
    "delegation.token.expiry.time.ms": Long = "86400000", AtLeast(1), ReadOnly, Accepted, [],
        "How long a delegation token is good for without renewal.";
    "delegation.token.expiry.check.interval.ms": Long = "3600000",
        AtLeast(1), ReadOnly, Accepted, [],
        "How often expired delegation tokens are removed.";
};

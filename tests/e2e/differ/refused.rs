//! What needs security that neither broker is started with: access control lists.

use super::pair::Pair;
use wire::messages::*;

pub fn compare(pair: &mut Pair) {
    const ANY: i8 = 1;
    pair.read("any", &[], |_| DescribeAclsRequest {
        resource_type_filter: ANY,
        resource_name_filter: None,
        pattern_type_filter: 3,
        principal_filter: None,
        host_filter: None,
        operation: ANY,
        permission_type: ANY,
    });
    let creation = create_acls_request::AclCreation {
        resource_type: 2,
        resource_name: "plain-7".into(),
        resource_pattern_type: 3,
        principal: "User:alice".into(),
        host: "*".into(),
        operation: 3,
        permission_type: 3,
    };
    for count in [0, 1, 2] {
        let creations = vec![creation.clone(); count];
        pair.once(&format!("{count}"), &[], |_| CreateAclsRequest { creations: creations.clone() });
    }
    let bad = create_acls_request::AclCreation { principal: "alice".into(), ..creation.clone() };
    pair.once("bad principal", &[], |_| CreateAclsRequest { creations: vec![bad.clone()] });
    let filter = delete_acls_request::DeleteAclsFilter {
        resource_type_filter: ANY,
        resource_name_filter: None,
        pattern_type_filter: ANY,
        principal_filter: None,
        host_filter: None,
        operation: ANY,
        permission_type: ANY,
    };
    for count in [0, 1, 2] {
        let filters = vec![filter.clone(); count];
        pair.once(&format!("{count}"), &[], |_| DeleteAclsRequest { filters: filters.clone() });
    }
}

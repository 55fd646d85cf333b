// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";

/// @title Who pays for whom
/// @notice A payer lets users draw on the payer's capacity credits, all of them under one restriction.
contract PaymentDelegation {
    using EnumerableSet for EnumerableSet.AddressSet;

    struct Restriction {
        uint256 requestsPerPeriod;
        uint256 periodSeconds;
    }

    event PaymentsDelegated(address indexed payer, address indexed user);
    event PaymentsUndelegated(address indexed payer, address indexed user);
    event RestrictionSet(address indexed payer, Restriction restriction);

    mapping(address user => EnumerableSet.AddressSet) private _payers;
    mapping(address payer => EnumerableSet.AddressSet) private _users;
    mapping(address payer => Restriction) private _restrictions;

    function delegatePayments(address user) public {
        if (_payers[user].add(msg.sender)) {
            _users[msg.sender].add(user);
            emit PaymentsDelegated(msg.sender, user);
        }
    }

    function undelegatePayments(address user) public {
        if (_payers[user].remove(msg.sender)) {
            _users[msg.sender].remove(user);
            emit PaymentsUndelegated(msg.sender, user);
        }
    }

    function delegatePaymentsBatch(address[] calldata users) external {
        for (uint256 i = 0; i < users.length; i++) {
            delegatePayments(users[i]);
        }
    }

    function undelegatePaymentsBatch(address[] calldata users) external {
        for (uint256 i = 0; i < users.length; i++) {
            undelegatePayments(users[i]);
        }
    }

    /// @notice Zeros, as at the beginning, mean no restriction.
    function setRestriction(Restriction calldata restriction) external {
        _restrictions[msg.sender] = restriction;
        emit RestrictionSet(msg.sender, restriction);
    }

    function getRestriction(address payer) external view returns (Restriction memory) {
        return _restrictions[payer];
    }

    function getPayers(address user) public view returns (address[] memory) {
        return _payers[user].values();
    }

    function getUsers(address payer) external view returns (address[] memory) {
        return _users[payer].values();
    }

    /// @return payers the payers of each user
    /// @return restrictions each payer's, in the same place
    function getPayersAndRestrictions(address[] calldata users)
        external
        view
        returns (address[][] memory payers, Restriction[][] memory restrictions)
    {
        payers = new address[][](users.length);
        restrictions = new Restriction[][](users.length);
        for (uint256 i = 0; i < users.length; i++) {
            payers[i] = getPayers(users[i]);
            restrictions[i] = new Restriction[](payers[i].length);
            for (uint256 j = 0; j < payers[i].length; j++) {
                restrictions[i][j] = _restrictions[payers[i][j]];
            }
        }
    }
}
